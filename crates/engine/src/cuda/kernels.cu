// The kernels of the engine, compiled at run time for the card that is found.
//
// One thread computes one entry of a result, or one column or row where a sum runs along it: no thread reads what
// another one writes, there is no shared memory, and every sum has one order. Matrices hold one row for each sample.
// The arithmetic is that of `blocks/`, `losses/`, `adam.rs` and `random.rs`, where sources and reasons are given.

#define THREAD (blockIdx.x * blockDim.x + threadIdx.x)

// Activations by number, in the order of `Activation`.
enum { LINEAR, RELU, SIGMOID, SOFTPLUS, TANH, EXP };

// Losses of an entry by number, in the order of `Term`.
enum { SQUARED, VALUE_WEIGHTED, CROSS_ENTROPY };

static __device__ float sigmoid(float z) {
    float power = expf(-fabsf(z));
    return z >= 0.0f ? 1.0f / (1.0f + power) : power / (1.0f + power);
}

static __device__ float activate(unsigned activation, float z) {
    switch (activation) {
        case RELU: return fmaxf(z, 0.0f);
        case SIGMOID: return sigmoid(z);
        case SOFTPLUS: return fmaxf(z, 0.0f) + log1pf(expf(-fabsf(z)));
        case TANH: return tanhf(z);
        case EXP: return expf(z);
        default: return z;
    }
}

// values += bias, then the activation; threads: entries.
extern "C" __global__ void bias_activate(float *values, const float *bias, unsigned activation, unsigned width,
                                         unsigned entries) {
    unsigned entry = THREAD;
    if (entry >= entries) return;
    values[entry] = activate(activation, values[entry] + bias[entry % width]);
}

// gradient *= derivative of the activation, from its value; threads: entries.
extern "C" __global__ void activation_backward(float *gradient, const float *activated, unsigned activation,
                                               unsigned entries) {
    unsigned entry = THREAD;
    if (entry >= entries) return;
    float g = gradient[entry], y = activated[entry];
    switch (activation) {
        case RELU: g = y > 0.0f ? g : 0.0f; break;
        case SIGMOID: g *= y * (1.0f - y); break;
        case SOFTPLUS: g *= -expm1f(-y); break;
        case TANH: g *= 1.0f - y * y; break;
        case EXP: g *= y; break;
        default: break;
    }
    gradient[entry] = g;
}

// Mean and population variance of every column; threads: columns.
extern "C" __global__ void column_statistics(const float *matrix, float *mean, float *variance, unsigned rows,
                                             unsigned width) {
    unsigned column = THREAD;
    if (column >= width) return;
    double sum = 0.0;
    for (unsigned row = 0; row < rows; row++) sum += (double)matrix[row * width + column];
    double middle = sum / (double)rows;
    double squares = 0.0;
    for (unsigned row = 0; row < rows; row++) {
        double apart = (double)matrix[row * width + column] - middle;
        squares += apart * apart;
    }
    mean[column] = (float)middle;
    variance[column] = (float)(squares / (double)rows);
}

// Sum of every column, divided; threads: columns.
extern "C" __global__ void column_sums(const float *matrix, float *sums, float divisor, unsigned rows,
                                       unsigned width) {
    unsigned column = THREAD;
    if (column >= width) return;
    double sum = 0.0;
    for (unsigned row = 0; row < rows; row++) sum += (double)matrix[row * width + column];
    sums[column] = (float)(sum / (double)divisor);
}

// Batch norm, keeping the normalized values, then the activation; threads: entries.
extern "C" __global__ void normalize(float *values, float *normalized, const float *mean, const float *variance,
                                     const float *scale, const float *shift, float epsilon, unsigned activation,
                                     unsigned width, unsigned entries) {
    unsigned entry = THREAD;
    if (entry >= entries) return;
    unsigned column = entry % width;
    float inverse_deviation = 1.0f / sqrtf(variance[column] + epsilon);
    float value = (values[entry] - mean[column]) * inverse_deviation;
    normalized[entry] = value;
    values[entry] = activate(activation, value * scale[column] + shift[column]);
}

// Gradients of scale and shift; threads: columns.
extern "C" __global__ void norm_gradients(const float *gradient, const float *normalized, float *scale,
                                          float *shift, unsigned rows, unsigned width) {
    unsigned column = THREAD;
    if (column >= width) return;
    double of_scale = 0.0, of_shift = 0.0;
    for (unsigned row = 0; row < rows; row++) {
        double g = (double)gradient[row * width + column];
        of_scale += g * (double)normalized[row * width + column];
        of_shift += g;
    }
    scale[column] = (float)of_scale;
    shift[column] = (float)of_shift;
}

// Gradient before batch norm over the batch; threads: entries.
extern "C" __global__ void norm_backward_batch(float *gradient, const float *normalized, const float *variance,
                                               const float *scale, const float *scale_gradient,
                                               const float *shift_gradient, float epsilon, float per_sample,
                                               unsigned width, unsigned entries) {
    unsigned entry = THREAD;
    if (entry >= entries) return;
    unsigned column = entry % width;
    float inverse_deviation = 1.0f / sqrtf(variance[column] + epsilon);
    float mean = per_sample * (shift_gradient[column] + normalized[entry] * scale_gradient[column]);
    gradient[entry] = scale[column] * inverse_deviation * (gradient[entry] - mean);
}

// The same with running statistics; threads: entries.
extern "C" __global__ void norm_backward_running(float *gradient, const float *variance, const float *scale,
                                                 float epsilon, unsigned width, unsigned entries) {
    unsigned entry = THREAD;
    if (entry >= entries) return;
    unsigned column = entry % width;
    gradient[entry] *= scale[column] * (1.0f / sqrtf(variance[column] + epsilon));
}

// running += share * (batch - running); threads: entries.
extern "C" __global__ void follow(float *running, const float *batch, float share, unsigned entries) {
    unsigned entry = THREAD;
    if (entry >= entries) return;
    running[entry] += share * (batch[entry] - running[entry]);
}

// The words of a block of four units: ten rounds of Philox4x32.
static __device__ void philox(unsigned counter[4], unsigned key0, unsigned key1) {
    for (int round = 0; round < 10; round++) {
        unsigned long long product0 = 0xD2511F53ull * counter[0];
        unsigned long long product1 = 0xCD9E8D57ull * counter[2];
        unsigned second = counter[1], fourth = counter[3];
        counter[0] = (unsigned)(product1 >> 32) ^ second ^ key0;
        counter[1] = (unsigned)product1;
        counter[2] = (unsigned)(product0 >> 32) ^ fourth ^ key1;
        counter[3] = (unsigned)product0;
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
}

// target = source times the factors of dropout; threads: rows * ceil(width / 4).
static __device__ void drop_block(const float *source, float *target, unsigned seed_low, unsigned seed_high,
                                  unsigned stream, unsigned step, float rate, float kept, unsigned rows,
                                  unsigned width) {
    unsigned thread = THREAD, blocks = (width + 3) / 4;
    if (thread >= rows * blocks) return;
    unsigned row = thread / blocks, block = thread % blocks;
    unsigned counter[4] = {block, row, step, stream};
    philox(counter, seed_low, seed_high);
    for (unsigned unit = 0; unit < 4 && 4 * block + unit < width; unit++) {
        float uniform = (float)(counter[unit] >> 8) / 16777216.0f;
        unsigned entry = row * width + 4 * block + unit;
        target[entry] = source[entry] * (uniform < rate ? 0.0f : kept);
    }
}

extern "C" __global__ void drop_out(const float *source, float *target, unsigned seed_low, unsigned seed_high,
                                    unsigned stream, unsigned step, float rate, float kept, unsigned rows,
                                    unsigned width) {
    drop_block(source, target, seed_low, seed_high, stream, step, rate, kept, rows, width);
}

extern "C" __global__ void drop_out_backward(float *gradient, unsigned seed_low, unsigned seed_high, unsigned stream,
                                             unsigned step, float rate, float kept, unsigned rows, unsigned width) {
    drop_block(gradient, gradient, seed_low, seed_high, stream, step, rate, kept, rows, width);
}

static __device__ float fade(float moment) { return (moment + 1e-30f) - 1e-30f; }

// One update of Adam; threads: entries.
extern "C" __global__ void adam(float *values, float *first, float *second, const float *gradient,
                                float first_share, float second_share, float rate, float epsilon, unsigned entries) {
    unsigned entry = THREAD;
    if (entry >= entries) return;
    float g = gradient[entry], m = first[entry], v = second[entry];
    m = fade(m + first_share * (g - m));
    v = fade(v + second_share * (g * g - v));
    first[entry] = m;
    second[entry] = v;
    values[entry] -= rate * m / (sqrtf(v) + epsilon);
}

// sums += terms; threads: entries.
extern "C" __global__ void add(float *sums, const float *terms, unsigned entries) {
    unsigned entry = THREAD;
    if (entry >= entries) return;
    sums[entry] += terms[entry];
}

// Every entry becomes `value`; threads: entries.
extern "C" __global__ void fill(float *values, float value, unsigned entries) {
    unsigned entry = THREAD;
    if (entry >= entries) return;
    values[entry] = value;
}

// Copies a block of columns between matrices; threads: rows * columns.
extern "C" __global__ void copy_columns(const float *source, float *target, unsigned source_width,
                                        unsigned source_start, unsigned target_width, unsigned target_start,
                                        unsigned rows, unsigned columns) {
    unsigned thread = THREAD;
    if (thread >= rows * columns) return;
    unsigned row = thread / columns, column = thread % columns;
    target[row * target_width + target_start + column] = source[row * source_width + source_start + column];
}

// Copies the columns listed; threads: rows * columns.
extern "C" __global__ void pick_columns(const float *source, const unsigned *list, float *target,
                                        unsigned source_width, unsigned target_width, unsigned target_start,
                                        unsigned rows, unsigned columns) {
    unsigned thread = THREAD;
    if (thread >= rows * columns) return;
    unsigned row = thread / columns, column = thread % columns;
    target[row * target_width + target_start + column] = source[row * source_width + list[column]];
}

// Rows of a table by level, `mean` for an unknown level; threads: rows * dim.
extern "C" __global__ void look_up(const float *table, const float *mean, const unsigned *levels, float *target,
                                   unsigned unknown, unsigned target_width, unsigned target_start, unsigned rows,
                                   unsigned dim) {
    unsigned thread = THREAD;
    if (thread >= rows * dim) return;
    unsigned row = thread / dim, column = thread % dim, level = levels[row];
    target[row * target_width + target_start + column] =
        level == unknown ? mean[column] : table[level * dim + column];
}

// Adds the gradient of what was looked up to that of the table; threads: table_levels * dim.
extern "C" __global__ void scatter(float *sums, const float *gradient, const unsigned *levels, unsigned unknown,
                                   unsigned rows, unsigned table_levels, unsigned dim) {
    unsigned thread = THREAD;
    if (thread >= table_levels * dim) return;
    unsigned own = thread / dim, column = thread % dim;
    double sum = 0.0;
    for (unsigned row = 0; row < rows; row++) {
        if (levels[row] == own) sum += (double)gradient[row * dim + column];
        if (levels[row] == unknown) sum += (1.0 / (double)table_levels) * (double)gradient[row * dim + column];
    }
    sums[thread] += (float)sum;
}

// A sum in two floats, which hold 48 of its bits.
static __device__ void store_sum(float *place, double sum) {
    float high = (float)sum;
    place[0] = high;
    place[1] = high - high == 0.0f ? (float)(sum - (double)high) : 0.0f;
}

static __device__ double entry_loss(unsigned term, double y, double t) {
    switch (term) {
        case VALUE_WEIGHTED: return t * (y - t) * (y - t);
        case CROSS_ENTROPY: return fmax(y, 0.0) - y * t + log1p(exp(-fabs(y)));
        default: return (y - t) * (y - t);
    }
}

// Sums over every `lanes`-th entry of a row of some columns: loss and weight; threads: rows * lanes.
extern "C" __global__ void loss_lanes(const float *output, const float *target, const float *weight,
                                      unsigned weighted, float *sums, unsigned term, unsigned width, unsigned start,
                                      unsigned columns, unsigned lanes, unsigned rows) {
    unsigned thread = THREAD;
    if (thread >= rows * lanes) return;
    unsigned row = thread / lanes;
    double loss = 0.0, weights = 0.0;
    for (unsigned column = thread % lanes; column < columns; column += lanes) {
        unsigned entry = row * width + start + column;
        double share = weighted ? (double)weight[entry] : 1.0;
        if (share == 0.0) continue;
        loss += share * entry_loss(term, (double)output[entry], (double)target[entry]);
        weights += share;
    }
    store_sum(sums + 4 * thread, loss);
    store_sum(sums + 4 * thread + 2, weights);
}

// Sums over the lanes of a row; threads: rows.
extern "C" __global__ void loss_rows(const float *lane_sums, float *sums, unsigned lanes, unsigned rows) {
    unsigned row = THREAD;
    if (row >= rows) return;
    double loss = 0.0, weights = 0.0;
    for (unsigned lane = 0; lane < lanes; lane++) {
        const float *place = lane_sums + 4 * (row * lanes + lane);
        loss += (double)place[0] + (double)place[1];
        weights += (double)place[2] + (double)place[3];
    }
    store_sum(sums + 4 * row, loss);
    store_sum(sums + 4 * row + 2, weights);
}

// scale * factor of the row * weight * slope of the loss, for some columns; threads: rows * columns.
extern "C" __global__ void loss_gradient(const float *output, const float *target, const float *weight,
                                         unsigned weighted, const float *factors, float *gradient, unsigned term,
                                         float scale, unsigned width, unsigned start, unsigned columns,
                                         unsigned rows) {
    unsigned thread = THREAD;
    if (thread >= rows * columns) return;
    unsigned row = thread / columns, entry = row * width + start + thread % columns;
    float y = output[entry], t = target[entry], factor = factors[row], slope;
    if (weighted) factor *= weight[entry];
    switch (term) {
        case VALUE_WEIGHTED: slope = t * (y - t); break;
        case CROSS_ENTROPY: slope = sigmoid(y) - t; break;
        default: slope = y - t; break;
    }
    gradient[entry] = weighted && weight[entry] == 0.0f ? 0.0f : scale * (factor * slope);
}
