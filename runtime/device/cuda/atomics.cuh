// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Atomic operations on 32-bit words in global or shared memory, as PTX. Each name says its order
// and scope: ring_atomicAdd_relaxed_gpu. The sequentially consistent ones are a fence.sc of their
// scope and then the acquiring (loads, read-modify-write) or relaxed (stores) access, as the PTX
// memory model maps C++'s.
//
// uses: cuda/types.cuh

#define RING_FENCE(scope) "fence.sc." scope ";\n\t"

#define RING_ATOMIC_RMW(Name, Order, Scope, fence, order, op, type, T)                             \
  __device__ __forceinline__ T ring_atomic##Name##_##Order##_##Scope(T* place, T value) {          \
    T old;                                                                                         \
    asm volatile(fence "atom." order "." #Scope "." op "." type " %0, [%1], %2;"                   \
                 : "=r"(old)                                                                       \
                 : "l"(place), "r"(value)                                                          \
                 : "memory");                                                                      \
    return old;                                                                                    \
  }
#define RING_ATOMIC_CAS(Order, Scope, fence, order, T)                                             \
  __device__ __forceinline__ T ring_atomicCompareExchange_##Order##_##Scope(T* place, T expected,  \
                                                                            T value) {             \
    T old;                                                                                         \
    asm volatile(fence "atom." order "." #Scope ".cas.b32 %0, [%1], %2, %3;"                       \
                 : "=r"(old)                                                                       \
                 : "l"(place), "r"(expected), "r"(value)                                           \
                 : "memory");                                                                      \
    return old;                                                                                    \
  }
#define RING_ATOMIC_LOAD(Order, Scope, fence, order, T)                                            \
  __device__ __forceinline__ T ring_atomicLoad_##Order##_##Scope(T* place) {                       \
    T value;                                                                                       \
    asm volatile(fence "ld." order "." #Scope ".b32 %0, [%1];"                                     \
                 : "=r"(value)                                                                     \
                 : "l"(place)                                                                      \
                 : "memory");                                                                      \
    return value;                                                                                  \
  }
#define RING_ATOMIC_STORE(Order, Scope, fence, order, T)                                           \
  __device__ __forceinline__ void ring_atomicStore_##Order##_##Scope(T* place, T value) {          \
    asm volatile(fence "st." order "." #Scope ".b32 [%0], %1;" ::"l"(place), "r"(value)            \
                 : "memory");                                                                      \
  }

#define RING_ATOMICS_ORDER(Order, Scope, fence, order, T, type)                                    \
  RING_ATOMIC_RMW(Add, Order, Scope, fence, order, "add", type, T)                                 \
  RING_ATOMIC_RMW(Min, Order, Scope, fence, order, "min", type, T)                                 \
  RING_ATOMIC_RMW(Max, Order, Scope, fence, order, "max", type, T)                                 \
  RING_ATOMIC_RMW(And, Order, Scope, fence, order, "and", "b32", T)                                \
  RING_ATOMIC_RMW(Or, Order, Scope, fence, order, "or", "b32", T)                                  \
  RING_ATOMIC_RMW(Xor, Order, Scope, fence, order, "xor", "b32", T)                                \
  RING_ATOMIC_RMW(Exchange, Order, Scope, fence, order, "exch", "b32", T)                          \
  RING_ATOMIC_CAS(Order, Scope, fence, order, T)                                                   \
  __device__ __forceinline__ T ring_atomicSub_##Order##_##Scope(T* place, T value) {               \
    return ring_atomicAdd_##Order##_##Scope(place, T(0u - ring_u32(value)));                       \
  }

#define RING_ATOMICS_SCOPE(Scope, T, type)                                                         \
  RING_ATOMICS_ORDER(relaxed, Scope, "", "relaxed", T, type)                                       \
  RING_ATOMICS_ORDER(acquire, Scope, "", "acquire", T, type)                                       \
  RING_ATOMICS_ORDER(release, Scope, "", "release", T, type)                                       \
  RING_ATOMICS_ORDER(acq_rel, Scope, "", "acq_rel", T, type)                                       \
  RING_ATOMICS_ORDER(seq_cst, Scope, RING_FENCE(#Scope), "acquire", T, type)                       \
  RING_ATOMIC_LOAD(relaxed, Scope, "", "relaxed", T)                                               \
  RING_ATOMIC_LOAD(acquire, Scope, "", "acquire", T)                                               \
  RING_ATOMIC_LOAD(seq_cst, Scope, RING_FENCE(#Scope), "acquire", T)                               \
  RING_ATOMIC_STORE(relaxed, Scope, "", "relaxed", T)                                              \
  RING_ATOMIC_STORE(release, Scope, "", "release", T)                                              \
  RING_ATOMIC_STORE(seq_cst, Scope, RING_FENCE(#Scope), "relaxed", T)

RING_ATOMICS_SCOPE(cta, ring_u32, "u32")
RING_ATOMICS_SCOPE(cta, ring_i32, "s32")
RING_ATOMICS_SCOPE(gpu, ring_u32, "u32")
RING_ATOMICS_SCOPE(gpu, ring_i32, "s32")
RING_ATOMICS_SCOPE(sys, ring_u32, "u32")
RING_ATOMICS_SCOPE(sys, ring_i32, "s32")

#undef RING_ATOMICS_SCOPE
#undef RING_ATOMICS_ORDER
#undef RING_ATOMIC_STORE
#undef RING_ATOMIC_LOAD
#undef RING_ATOMIC_CAS
#undef RING_ATOMIC_RMW
#undef RING_FENCE
