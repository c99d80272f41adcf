// A decompressor of Zstandard frames for WebAssembly, around the library's own decoder of blocks. It imports nothing
// and allocates nothing but memory of its own, which grows with what was unpacked, whatever a frame's header asks for.
//
// The caller puts bytes at room(), says with give() how many, and calls next() until that returns 0 for "more input",
// or REFUSED for data that is damaged, needs a dictionary, or needs a window above the limit. Any other number is how
// many bytes were unpacked to output(). They are valid until the next call.

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

// What the library needs of libc. The context is static, so nothing is allocated.
#define ZSTD_DEPS_COMMON
#define ZSTD_DEPS_MALLOC
#define ZSTD_DEPS_STDINT
#define memset __builtin_memset
#define ZSTD_memcpy __builtin_memcpy
#define ZSTD_memmove __builtin_memmove
#define ZSTD_memset __builtin_memset
#define ZSTD_malloc(size) NULL
#define ZSTD_calloc(count, size) NULL
#define ZSTD_free(address) ((void)(address))

#define DEBUGLEVEL 0
#define XXH_NAMESPACE ZSTD_
#define XXH_PRIVATE_API
#define XXH_INLINE_ALL
#define ZSTD_LEGACY_SUPPORT 0
#define ZSTD_STRIP_ERROR_STRINGS
#define ZSTD_TRACE 0
#define ZSTD_DISABLE_ASM 1
// One variant of each loop. The others make the module half as large again, and no faster.
#define ZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT
#define HUF_FORCE_DECOMPRESS_X1

#include "common/debug.c"
#include "common/entropy_common.c"
#include "common/error_private.c"
#include "common/fse_decompress.c"
#include "common/zstd_common.c"
#include "decompress/huf_decompress.c"
#include "decompress/zstd_ddict.c"
#include "decompress/zstd_decompress.c"
#include "decompress/zstd_decompress_block.c"

#define EXPORT(name) __attribute__((export_name(#name)))

// As in app/decoder/archive/compression/zstd-wasm.ts: the most bytes that may be given at once.
#define ROOM ((size_t)256 << 10)
#define REFUSED (-1)

#define PAGE ((size_t)64 << 10)
// How far copies may write past their end.
#define OVERRUN (2 * WILDCOPY_OVERLENGTH)

// Where the memory after all static data begins. What is unpacked is there.
extern unsigned char __heap_base;

// A block that is not complete yet, and what is given next.
static unsigned char input[ZSTD_BLOCKSIZE_MAX + ROOM];
static size_t at, end;

static _Alignas(16) unsigned char context_memory[sizeof(ZSTD_DCtx)];
static ZSTD_DCtx* context;
static size_t window_limit;

static int is_in_frame;
// Bytes of a skippable frame that are still to be skipped.
static size_t skipped;
// The unpacked bytes of a frame are in a ring, because matches refer to them: its size, and where the next ones go.
static size_t ring, position;
static unsigned char* unpacked;

EXPORT(start) void start(size_t limit) {
  context = ZSTD_initStaticDCtx(context_memory, sizeof context_memory);
  window_limit = limit;
}

EXPORT(room) unsigned char* room(void) {
  ZSTD_memmove(input, input + at, end - at);
  end -= at;
  at = 0;
  return input + end;
}

EXPORT(give) void give(size_t length) { end += length; }

EXPORT(output) unsigned char* output(void) { return unpacked; }

// Whether all input was unpacked, and ended with a frame.
EXPORT(isWhole) int is_whole(void) { return !is_in_frame && skipped == 0 && at == end; }

// Makes sure that the ring has memory for its first bytes. New memory costs nothing before it is written to, so it
// grows by half, but not past the ring's end.
static int reserve(size_t length) {
  size_t const have = __builtin_wasm_memory_size(0) * PAGE;
  size_t const need = (size_t)&__heap_base + length;
  if (need <= have) return 1;
  size_t const most = (size_t)&__heap_base + ring;
  size_t const wanted = MAX(need, MIN(most, have + have / 2));
  return __builtin_wasm_memory_grow(0, (wanted - have + PAGE - 1) / PAGE) != SIZE_MAX;
}

// Reads a frame's header. Returns 1 if there is one, 0 if more input is needed, else REFUSED.
static int begin_frame(void) {
  size_t const passed = MIN(skipped, end - at);
  at += passed;
  skipped -= passed;
  ZSTD_frameHeader header;
  size_t const missing = ZSTD_getFrameHeader(&header, input + at, end - at);
  if (ZSTD_isError(missing)) return REFUSED;
  if (missing > 0) return 0;
  if (header.frameType == ZSTD_skippableFrame) {
    at += ZSTD_SKIPPABLEHEADERSIZE;
    skipped = (size_t)header.frameContentSize;
    return 1;
  }
  if (header.windowSize > window_limit || header.dictID != 0) return REFUSED;
  ZSTD_decompressBegin(context);
  // As in ZSTD_decodingBufferSize_min: a block may keep its literals in the ring, after what it unpacks to.
  ring = (size_t)header.windowSize + header.blockSizeMax + ZSTD_BLOCKSIZE_MAX + OVERRUN;
  position = 0;
  is_in_frame = 1;
  return 1;
}

EXPORT(next) int next(void) {
  for (;;) {
    if (!is_in_frame) {
      int const begun = begin_frame();
      if (begun != 1) return begun;
      continue;
    }
    size_t const length = ZSTD_nextSrcSizeToDecompress(context);
    if (length == 0) {
      // The library does not compare these if the last block is empty.
      U64 const stated = context->fParams.frameContentSize;
      if (stated != ZSTD_CONTENTSIZE_UNKNOWN && stated != context->decodedSize) return REFUSED;
      is_in_frame = 0;
      continue;
    }
    if (length > ZSTD_BLOCKSIZE_MAX) return REFUSED;
    if (length > end - at) return 0;
    if (position + context->fParams.blockSizeMax > ring) position = 0;
    size_t const limit = MIN(ring, position + ZSTD_BLOCKSIZE_MAX + OVERRUN);
    if (!reserve(limit)) return REFUSED;
    unpacked = &__heap_base + position;
    size_t const size = ZSTD_decompressContinue(context, unpacked, limit - position, input + at, length);
    if (ZSTD_isError(size)) return REFUSED;
    at += length;
    position += size;
    if (size > 0) return (int)size;
  }
}
