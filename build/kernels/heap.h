// Memory of a kernel whose arrays grow with what its caller has added. It only grows when the caller asks for it, and
// is freed with the kernel.

extern u8 __heap_base;
static u32 heap_end;

// Room for an array; 0 if there is none.
static void *allocate(u32 bytes) {
  if (heap_end == 0) heap_end = (u32)&__heap_base;
  const u32 start = (heap_end + 15) & ~15u;
  const u32 room = __builtin_wasm_memory_size(0) << 16;
  if (start < heap_end || bytes > 0xffff0000 - start) return 0;
  if (start + bytes > room) {
    const u32 pages = (start + bytes - room + 0xffff) >> 16;
    if (__builtin_wasm_memory_grow(0, pages) == (u32)-1) return 0;
  }
  heap_end = start + bytes;
  return (void *)start;
}

// A larger copy of an array; 0 if there is no room.
__attribute__((unused)) static void *enlarged(const void *array, u32 used, u32 bytes) {
  void *copy = allocate(bytes);
  if (copy != 0) __builtin_memcpy(copy, array, used);
  return copy;
}
