// What the kernels need of CUDA, on a processor: one thread at a time.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using std::exp;
using std::fabs;
using std::fmax;
using std::log1p;

#define __global__
#define __device__

struct Index {
    unsigned x;
};
static thread_local Index blockIdx, threadIdx;
static const Index blockDim = {256};
