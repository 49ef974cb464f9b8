// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Atomics of the execute shim: real ones, since threadgroups run on several OS threads. Metal 3 has
// relaxed order only.

#ifndef RINGKERNEL_TEST_SHIMS_METAL_EXECUTE_ATOMICS_H
#define RINGKERNEL_TEST_SHIMS_METAL_EXECUTE_ATOMICS_H

namespace metal {

enum memory_order { memory_order_relaxed };

template <class T> struct atomic {
  T ring_value;
};
using atomic_int = atomic<int>;
using atomic_uint = atomic<uint>;
using atomic_bool = atomic<bool>;
using atomic_float = atomic<float>;
template <class T> struct ring_same {
  using type = T;
};
/// Not deduced: the operand takes the atomic's type.
template <class T> using ring_operand = typename ring_same<T>::type;

template <class T> T atomic_load_explicit(const volatile atomic<T>* object, memory_order) {
  T result;
  __atomic_load(&object->ring_value, &result, __ATOMIC_RELAXED);
  return result;
}
template <class T>
void atomic_store_explicit(volatile atomic<T>* object, ring_operand<T> value, memory_order) {
  __atomic_store(&object->ring_value, &value, __ATOMIC_RELAXED);
}
template <class T>
T atomic_exchange_explicit(volatile atomic<T>* object, ring_operand<T> value, memory_order) {
  T result;
  __atomic_exchange(&object->ring_value, &value, &result, __ATOMIC_RELAXED);
  return result;
}
template <class T>
bool atomic_compare_exchange_weak_explicit(volatile atomic<T>* object, T* expected,
                                           ring_operand<T> desired, memory_order, memory_order) {
  return __atomic_compare_exchange(&object->ring_value, expected, &desired, true, __ATOMIC_RELAXED,
                                   __ATOMIC_RELAXED);
}
#define RING_ATOMIC_FETCH(name)                                                                    \
  template <class T>                                                                               \
  T atomic_fetch_##name##_explicit(volatile atomic<T>* object, ring_operand<T> value,              \
                                   memory_order) {                                                 \
    return __atomic_fetch_##name(&object->ring_value, value, __ATOMIC_RELAXED);                    \
  }
RING_ATOMIC_FETCH(add)
RING_ATOMIC_FETCH(sub)
RING_ATOMIC_FETCH(and)
RING_ATOMIC_FETCH(or)
RING_ATOMIC_FETCH(xor)
RING_ATOMIC_FETCH(min)
RING_ATOMIC_FETCH(max)
#undef RING_ATOMIC_FETCH

} // namespace metal

#endif // RINGKERNEL_TEST_SHIMS_METAL_EXECUTE_ATOMICS_H
