// The functions of a CUDA driver, of NVRTC and of cuBLAS that the engine's bindings call, over the memory of the
// processor. Names, arguments and codes are those of NVIDIA's manuals.

typedef unsigned long long Address;

enum { SUCCESS = 0, INVALID_VALUE = 1, INVALID_CONTEXT = 201, NOT_FOUND = 500 };
enum { COMPUTE_CAPABILITY_MAJOR = 75, COMPUTE_CAPABILITY_MINOR = 76, MEMORY_POOLS_SUPPORTED = 115 };

static char only_context, only_module, only_program, only_handle;
static thread_local void *current_context = nullptr;

// A driver refuses work of a thread that has no context.
#define EXPECT_CONTEXT                                                     \
    if (current_context != &only_context) return (int)INVALID_CONTEXT

struct Grid {
    unsigned blocks, threads;
};

typedef std::function<void(Grid, void **)> Kernel;
static std::map<std::string, Kernel> &kernels();

template <typename... Arguments, size_t... Numbers>
static Kernel runner(void (*kernel)(Arguments...), std::index_sequence<Numbers...>) {
    return [kernel](Grid grid, void **given) {
        if (grid.threads != blockDim.x) std::abort();
        std::tuple<Arguments...> arguments{*static_cast<Arguments *>(given[Numbers])...};
        for (blockIdx.x = 0; blockIdx.x < grid.blocks; blockIdx.x++)
            for (threadIdx.x = 0; threadIdx.x < grid.threads; threadIdx.x++) std::apply(kernel, arguments);
    };
}

template <typename... Arguments>
static Kernel runner(void (*kernel)(Arguments...)) {
    return runner(kernel, std::index_sequence_for<Arguments...>());
}

extern "C" {

int cuInit(unsigned) { return SUCCESS; }

int cuDriverGetVersion(int *version) { return *version = 12040, SUCCESS; }

int cuDeviceGetCount(int *count) { return *count = 1, SUCCESS; }

int cuDeviceGet(int *device, int ordinal) { return *device = ordinal, ordinal ? INVALID_VALUE : SUCCESS; }

int cuDeviceGetName(char *name, int length, int) {
    std::snprintf(name, length, "a processor in its place");
    return SUCCESS;
}

int cuDeviceGetAttribute(int *value, int attribute, int) {
    *value = attribute == COMPUTE_CAPABILITY_MAJOR ? 9 : attribute == MEMORY_POOLS_SUPPORTED;
    return SUCCESS;
}

int cuDevicePrimaryCtxRetain(void **context, int) { return *context = &only_context, SUCCESS; }

int cuDevicePrimaryCtxRelease_v2(int) { return SUCCESS; }

int cuCtxGetCurrent(void **context) { return *context = current_context, SUCCESS; }

int cuCtxSetCurrent(void *context) { return current_context = context, SUCCESS; }

int cuMemAllocAsync(Address *place, size_t bytes, void *) {
    EXPECT_CONTEXT;
    if (!bytes) return INVALID_VALUE;
    void *memory = std::malloc(bytes);
    std::memset(memory, 0xff, bytes);
    *place = reinterpret_cast<Address>(memory);
    return SUCCESS;
}

int cuMemFreeAsync(Address place, void *) {
    EXPECT_CONTEXT;
    std::free(reinterpret_cast<void *>(place));
    return SUCCESS;
}

int cuMemsetD8Async(Address place, unsigned char value, size_t bytes, void *) {
    EXPECT_CONTEXT;
    std::memset(reinterpret_cast<void *>(place), value, bytes);
    return SUCCESS;
}

int cuMemcpyHtoDAsync_v2(Address place, const void *source, size_t bytes, void *) {
    EXPECT_CONTEXT;
    std::memcpy(reinterpret_cast<void *>(place), source, bytes);
    return SUCCESS;
}

int cuMemcpyDtoHAsync_v2(void *target, Address place, size_t bytes, void *) {
    EXPECT_CONTEXT;
    std::memcpy(target, reinterpret_cast<void *>(place), bytes);
    return SUCCESS;
}

int cuModuleLoadData(void **module, const void *image) {
    EXPECT_CONTEXT;
    *module = &only_module;
    return std::strcmp(static_cast<const char *>(image), "compiled") ? INVALID_VALUE : SUCCESS;
}

int cuModuleUnload(void *) { return SUCCESS; }

int cuModuleGetFunction(void **function, void *, const char *name) {
    auto found = kernels().find(name);
    if (found == kernels().end()) return NOT_FOUND;
    *function = &found->second;
    return SUCCESS;
}

int cuLaunchKernel(void *function, unsigned blocks, unsigned blocks_y, unsigned blocks_z, unsigned threads,
                   unsigned threads_y, unsigned threads_z, unsigned shared, void *, void **arguments, void **extra) {
    EXPECT_CONTEXT;
    if (!blocks || blocks_y * blocks_z * threads_y * threads_z != 1 || shared || extra) return INVALID_VALUE;
    (*static_cast<Kernel *>(function))({blocks, threads}, arguments);
    return SUCCESS;
}

int cuEventCreate(void **event, unsigned) { return *event = &only_context, SUCCESS; }

int cuEventDestroy_v2(void *) { return SUCCESS; }

int cuEventRecord(void *, void *) { return SUCCESS; }

int cuStreamWaitEvent(void *, void *, unsigned) { return SUCCESS; }

int cuStreamSynchronize(void *) { return SUCCESS; }

int cuGetErrorName(int, const char **name) { return *name = "CUDA_ERROR", SUCCESS; }

int cuGetErrorString(int, const char **text) { return *text = "refused by the driver in place of a card", SUCCESS; }

int nvrtcCreateProgram(void **program, const char *source, const char *, int headers, const char **, const char **) {
    *program = &only_program;
    return headers || !std::strstr(source, "__global__") ? INVALID_VALUE : SUCCESS;
}

int nvrtcCompileProgram(void *, int count, const char **options) {
    bool own = count == 2 && !std::strcmp(options[1], "--gpu-architecture=compute_90");
    return own && !std::strcmp(options[0], "--fmad=false") ? SUCCESS : INVALID_VALUE;
}

int nvrtcGetPTXSize(void *, size_t *size) { return *size = sizeof "compiled", SUCCESS; }

int nvrtcGetPTX(void *, char *ptx) { return std::strcpy(ptx, "compiled"), SUCCESS; }

int nvrtcGetProgramLogSize(void *, size_t *size) { return *size = 1, SUCCESS; }

int nvrtcGetProgramLog(void *, char *log) { return *log = 0, SUCCESS; }

int nvrtcDestroyProgram(void **) { return SUCCESS; }

int cublasCreate_v2(void **handle) { return *handle = &only_handle, SUCCESS; }

int cublasDestroy_v2(void *) { return SUCCESS; }

int cublasSetStream_v2(void *, void *) { return SUCCESS; }

// C = op(A) op(B) + beta C in 32 bits, column by column.
int cublasGemmEx(void *, int transpose_a, int transpose_b, int m, int n, int k, const float *alpha, const float *a,
                 int a_type, int lda, const float *b, int b_type, int ldb, const float *beta, float *c, int c_type,
                 int ldc, int, int) {
    if (*alpha != 1.0f || a_type || b_type || c_type) return INVALID_VALUE;
    if (lda < (transpose_a ? k : m) || ldb < (transpose_b ? n : k) || ldc < m) return INVALID_VALUE;
    for (size_t j = 0; j < (size_t)n; j++)
        for (size_t i = 0; i < (size_t)m; i++) {
            float sum = 0.0f;
            for (size_t l = 0; l < (size_t)k; l++)
                sum += (transpose_a ? a[l + i * lda] : a[i + l * lda]) * (transpose_b ? b[j + l * ldb] : b[l + j * ldb]);
            c[i + j * ldc] = sum + (*beta != 0.0f ? *beta * c[i + j * ldc] : 0.0f);
        }
    return SUCCESS;
}
}
