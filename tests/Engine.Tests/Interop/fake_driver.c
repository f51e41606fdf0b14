// A driver library without a device, for the tests of the function pointers: it checks what it is given and keeps device memory in its own arrays.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int R;
static char said[1 << 16];
static const char *launch_text = "";
static int64_t ticks;

static void say(const char *text) { snprintf(said + strlen(said), sizeof said - strlen(said), "%s;", text); }

const char *fake_said(void) { return said; }
const char *fake_launch(void) { return launch_text; }

R cuInit(unsigned flags) { return flags ? 1 : 0; }
R cuDriverGetVersion(int *version) { *version = 12080; return 0; }
R cuGetErrorName(R code, const char **text) { if (code == 12345) return 1; *text = code == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : "CUDA_ERROR_SOMETHING"; return 0; }
R cuGetErrorString(R code, const char **text) { if (code == 12345) return 1; *text = "something went wrong"; return 0; }
R cuDeviceGetCount(int *count) { *count = 1; return 0; }
R cuDeviceGet(int *device, int ordinal) { *device = ordinal + 40; return ordinal == 0 ? 0 : 101; }
R cuDeviceGetName(char *name, int length, int device) { snprintf(name, length, "C\xc3\xa9 device %d", device); return 0; }
R cuDeviceGetAttribute(int *value, int attribute, int device) { *value = attribute * 10; return device == 40 ? attribute == 75 ? (*value = 9, 0) : attribute == 76 ? (*value = 0, 0) : 0 : 1; }
R cuDeviceTotalMem_v2(size_t *bytes, int device) { *bytes = (size_t)5 << 32; return device == 40 ? 0 : 1; }
R cuDevicePrimaryCtxRetain(void **context, int device) { *context = (void *)(intptr_t)(device + 1000); return 0; }
R cuDevicePrimaryCtxRelease_v2(int device) { say(device == 40 ? "release" : "release?"); return 0; }
R cuCtxSetCurrent(void *context) { return context == (void *)1040 ? 0 : 201; }
R cuCtxSynchronize(void) { return 0; }
R cuMemGetInfo_v2(size_t *free, size_t *total) { *free = 1000; *total = (size_t)5 << 32; return 0; }
R cuMemAlloc_v2(uint64_t *address, size_t bytes) { if (bytes > (1u << 30)) return 2; *address = (uint64_t)(uintptr_t)calloc(bytes, 1) + 0; return 0; }
R cuMemFree_v2(uint64_t address) { free((void *)(uintptr_t)address); return 0; }
R cuMemHostAlloc(void **address, size_t bytes, unsigned flags) { *address = malloc(bytes); return flags == 1 ? 0 : 1; }
R cuMemFreeHost(void *address) { free(address); return 0; }
R cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes, void *stream) { memcpy((void *)(uintptr_t)to, from, bytes); return stream ? 0 : 1; }
R cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, void *stream) { memcpy(to, (void *)(uintptr_t)from, bytes); return stream ? 0 : 1; }
R cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void *stream) { memcpy((void *)(uintptr_t)to, (void *)(uintptr_t)from, bytes); return stream ? 0 : 1; }
R cuMemsetD8Async(uint64_t to, unsigned char value, size_t bytes, void *stream) { memset((void *)(uintptr_t)to, value, bytes); return stream ? 0 : 1; }
R cuStreamCreate(void **stream, unsigned flags) { *stream = (void *)0x51; return flags == 1 ? 0 : 1; }
R cuStreamDestroy_v2(void *stream) { say(stream == (void *)0x51 ? "stream" : "stream?"); return 0; }
R cuStreamSynchronize(void *stream) { return stream == (void *)0x51 ? 0 : 1; }
R cuStreamQuery(void *stream) { return stream == (void *)0x51 ? 600 : 1; }
R cuStreamWaitEvent(void *stream, void *event, unsigned flags) { return stream && event && !flags ? 0 : 1; }
R cuEventCreate(void **event, unsigned flags) { int64_t *at = malloc(8); *at = flags; *event = at; return flags == 0 || flags == 2 ? 0 : 1; }
R cuEventDestroy_v2(void *event) { free(event); return 0; }
R cuEventRecord(void *event, void *stream) { *(int64_t *)event = ++ticks; return stream ? 0 : 1; }
R cuEventQuery(void *event) { return event ? 0 : 1; }
R cuEventSynchronize(void *event) { return event ? 0 : 1; }
R cuEventElapsedTime(float *milliseconds, void *start, void *end) { *milliseconds = (float)(*(int64_t *)end - *(int64_t *)start) * 0.25f; return 0; }

static char *error_log, *info_log;
static char options_text[256];

static void take(unsigned count, const int *options, void **values) {
    options_text[0] = 0;
    for (unsigned i = 0; i < count; i++) {
        if (options[i] == 3) info_log = values[i];
        else if (options[i] == 5) error_log = values[i];
        else snprintf(options_text + strlen(options_text), 32, "%d=%d ", options[i], (int)(intptr_t)values[i]);
    }
}

R cuLinkCreate_v2(unsigned count, int *options, void **values, void **state) { take(count, options, values); *state = (void *)0x71; return 0; }
R cuLinkAddData_v2(void *state, int type, void *data, size_t bytes, const char *name, unsigned count, int *options, void **values) {
    (void)count; (void)options; (void)values;
    if (state != (void *)0x71 || type != 1 || ((char *)data)[bytes - 1] != 0 || strcmp(name, "kernel.ptx")) return 1;
    if (strstr(data, "BROKEN")) { strcpy(error_log, "line 3; error: it is broken\n"); strcpy(info_log, "some words"); return 218; }
    return 0;
}
R cuLinkComplete(void *state, void **image, size_t *bytes) { *image = options_text; *bytes = strlen(options_text); return state == (void *)0x71 ? 0 : 1; }
R cuLinkDestroy(void *state) { say(state == (void *)0x71 ? "link" : "link?"); return 0; }
R cuModuleLoadDataEx(void **module, const void *image, unsigned count, int *options, void **values) { (void)image; take(count, options, values); *module = (void *)0x81; return 0; }
R cuModuleUnload(void *module) { say(module == (void *)0x81 ? "module" : "module?"); return 0; }
R cuModuleGetFunction(void **function, void *module, const char *name) { *function = (void *)0x91; return module == (void *)0x81 && !strcmp(name, "K_Run") ? 0 : 500; }
R cuFuncGetAttribute(int *value, int attribute, void *function) { *value = attribute + 100; return function == (void *)0x91 ? 0 : 1; }
R cuFuncSetAttribute(void *function, int attribute, int value) { char text[64]; snprintf(text, sizeof text, "attribute %d=%d", attribute, value); say(text); return function == (void *)0x91 ? 0 : 1; }
R cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, void *function, int threads, size_t shared) { *blocks = threads + (int)shared; return function ? 0 : 1; }

static void note(unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, void *stream, unsigned cluster, void **extra) {
    static char text[4096];
    int at = snprintf(text, sizeof text, "%u,%u,%u/%u,%u,%u/%u/%d/%u:", gx, gy, gz, bx, by, bz, shared, stream == (void *)0x51, cluster);
    if (extra && extra[0] == (void *)1 && extra[2] == (void *)2 && extra[4] == 0)
        for (size_t i = 0; i < *(size_t *)extra[3]; i++) at += snprintf(text + at, sizeof text - at, "%02X", ((unsigned char *)extra[1])[i]);
    launch_text = text;
}

R cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, void *stream, void **parameters, void **extra) {
    note(gx, gy, gz, bx, by, bz, shared, stream, 0, extra);
    return function == (void *)0x91 && !parameters ? 0 : 1;
}

typedef struct { int id; char pad[4]; union { char raw[64]; struct { unsigned x, y, z; } cluster; } value; } Attribute;
typedef struct { unsigned gx, gy, gz, bx, by, bz, shared; void *stream; Attribute *attributes; unsigned count; } Configuration;

R cuLaunchKernelEx(const Configuration *c, void *function, void **parameters, void **extra) {
    if (c->count != 1 || c->attributes[0].id != 4 || c->attributes[0].value.cluster.y != 1 || c->attributes[0].value.cluster.z != 1) return 1;
    note(c->gx, c->gy, c->gz, c->bx, c->by, c->bz, c->shared, c->stream, c->attributes[0].value.cluster.x, extra);
    return function == (void *)0x91 && !parameters ? 0 : 1;
}

R cuStreamBeginCapture_v2(void *stream, int mode) { return stream == (void *)0x51 && mode == 2 ? 0 : 1; }
R cuStreamEndCapture(void *stream, void **graph) { *graph = (void *)0xA1; return stream == (void *)0x51 ? 0 : 1; }
R cuGraphInstantiateWithFlags(void **executable, void *graph, unsigned long long flags) { *executable = (void *)0xA2; return graph == (void *)0xA1 && !flags ? 0 : 1; }
R cuGraphLaunch(void *executable, void *stream) { say("replay"); return executable == (void *)0xA2 && stream == (void *)0x51 ? 0 : 1; }
R cuGraphDestroy(void *graph) { return graph == (void *)0xA1 ? 0 : 1; }
R cuGraphExecDestroy(void *executable) { say("graph"); return executable == (void *)0xA2 ? 0 : 1; }

// A tool of NVTX: it asks for the table of the core module and puts its functions into it.
static int pushes, pops;
static char last_range[512];
static int on_push(const char *name) { snprintf(last_range, sizeof last_range, "%s", name); return pushes++; }
static int on_pop(void) { return pops++; }
int fake_pushes(void) { return pushes; }
int fake_pops(void) { return pops; }
const char *fake_range(void) { return last_range; }

typedef void (*Function)(void);
typedef const void *(*Tables)(uint32_t number);
typedef struct { size_t bytes; int (*module_table)(int module, Function ***table, unsigned *size); } Callbacks;
typedef struct { size_t bytes; uint32_t version; uint32_t reserved; void (*take)(uint32_t version); } Version;

int InitializeInjectionNvtx2(Tables tables) {
    const Callbacks *callbacks = tables(1);
    const Version *version = tables(3);
    Function **table = NULL;
    unsigned size = 0;
    if (!callbacks || callbacks->bytes < sizeof *callbacks || !version || version->version != 3 || tables(7)) return 0;
    version->take(2);
    if (callbacks->module_table(5, &table, &size) || !callbacks->module_table(1, &table, &size) || size <= 11) return 0;
    *table[9] = (Function)on_push;
    *table[11] = (Function)on_pop;
    return 1;
}
