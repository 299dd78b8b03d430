// A card made of the processor: obeys commands on its input, answers on its output.

struct Memory {
    void *place;
    size_t length;
};

static std::map<unsigned, Memory> memories;

[[noreturn]] static void fail(const char *why) {
    std::fprintf(stderr, "host card: %s\n", why);
    std::abort();
}

static void receive(void *place, size_t bytes) {
    if (bytes && std::fread(place, 1, bytes, stdin) != bytes) std::exit(0);
}

static unsigned number() {
    unsigned value;
    receive(&value, 4);
    return value;
}

static float *memory(unsigned id, size_t length) {
    auto found = memories.find(id);
    if (found == memories.end()) fail("memory used that was never taken or is freed");
    if (length > found->second.length) fail("memory is shorter than what is touched");
    return static_cast<float *>(found->second.place);
}

// Room that holds anything: every number is NaN, and its exact end is known to the memory checker.
static float *room(unsigned id, size_t length) {
    float *place = static_cast<float *>(std::malloc(4 * length));
    std::memset(place, 0xff, 4 * length);
    memories[id] = {place, length};
    return place;
}

enum { READS, WRITES, WORDS, COUNT, VALUE };

// The next argument of a kernel, of the type that the kernel declares.
template <typename T>
static T argument();

static float *next_memory(unsigned kind) {
    if (number() != kind) fail("a kernel takes another kind of argument");
    unsigned id = number();
    return memory(id, number());
}

template <>
const float *argument<const float *>() {
    return next_memory(READS);
}

template <>
float *argument<float *>() {
    return next_memory(WRITES);
}

template <>
const unsigned *argument<const unsigned *>() {
    return reinterpret_cast<const unsigned *>(next_memory(WORDS));
}

template <>
unsigned argument<unsigned>() {
    if (number() != COUNT) fail("a kernel takes another kind of argument");
    return number();
}

template <>
float argument<float>() {
    if (number() != VALUE) fail("a kernel takes another kind of argument");
    float value;
    receive(&value, 4);
    return value;
}

// Runs a kernel over its whole grid.
template <typename... Arguments>
static std::function<void(unsigned)> runner(void (*kernel)(Arguments...)) {
    return [kernel](unsigned threads) {
        std::tuple<Arguments...> arguments{argument<Arguments>()...};
        for (blockIdx.x = 0; blockIdx.x < (threads + blockDim.x - 1) / blockDim.x; blockIdx.x++)
            for (threadIdx.x = 0; threadIdx.x < blockDim.x; threadIdx.x++) std::apply(kernel, arguments);
    };
}

// `C = op(A) op(B) + beta C`, all column by column, as the manual of BLAS has it.
__attribute__((no_sanitize("address", "undefined"))) static void multiply() {
    bool transpose_a = number(), transpose_b = number();
    size_t m = number(), n = number(), k = number(), lda = number(), ldb = number(), ldc = number();
    float beta = number() ? 1.0f : 0.0f;
    unsigned a_id = number();
    size_t a_start = number(), a_end = number();
    unsigned b_id = number();
    size_t b_end = number();
    unsigned c_id = number();
    size_t c_end = number();
    const float *a = memory(a_id, a_end) + a_start, *b = memory(b_id, b_end);
    float *c = memory(c_id, c_end);
    size_t a_rows = transpose_a ? k : m, a_columns = transpose_a ? m : k;
    size_t b_rows = transpose_b ? n : k, b_columns = transpose_b ? k : n;
    if (lda < a_rows || ldb < b_rows || ldc < m) fail("a leading dimension is shorter than a column");
    if (a_start + (a_columns - 1) * lda + a_rows > a_end || (b_columns - 1) * ldb + b_rows > b_end ||
        (n - 1) * ldc + m > c_end)
        fail("a product touches more than was said");
    std::vector<float> column(m);
    for (size_t j = 0; j < n; j++) {
        std::fill(column.begin(), column.end(), 0.0f);
        for (size_t l = 0; l < k; l++) {
            float right = transpose_b ? b[j + l * ldb] : b[l + j * ldb];
            size_t step = transpose_a ? lda : 1;
            const float *left = transpose_a ? a + l : a + l * lda;
            for (size_t i = 0; i < m; i++) column[i] += left[i * step] * right;
        }
        for (size_t i = 0; i < m; i++) c[i + j * ldc] = column[i] + (beta ? c[i + j * ldc] : 0.0f);
    }
}

static void obey(const std::map<std::string, std::function<void(unsigned)>> &kernels) {
    for (;;) {
        switch (number()) {
            case 0: {
                unsigned id = number();
                room(id, number());
                break;
            }
            case 1: {
                unsigned id = number();
                size_t length = number();
                receive(memory(id, length), 4 * length);
                break;
            }
            case 2: {
                unsigned id = number();
                size_t length = number();
                std::fwrite(memory(id, length), 4, length, stdout);
                std::fflush(stdout);
                break;
            }
            case 3: {
                unsigned id = number();
                std::free(memory(id, 0));
                memories.erase(id);
                break;
            }
            case 4: multiply(); break;
            case 5: {
                std::string name(number(), ' ');
                receive(&name[0], name.size());
                unsigned threads = number();
                kernels.at(name)(threads);
                break;
            }
            default: fail("an unknown command");
        }
    }
}
