// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Interned types, comparison of layouts, and the stable type id.

#include "Support.h"

namespace {

using namespace irtest;

TEST(Types, EqualTypesHaveOneAddress) {
  TypeTable types;
  EXPECT_EQ(types.intType(32, true), types.i32());
  EXPECT_NE(types.i32(), types.u32());
  EXPECT_EQ(types.arrayType(types.i32(), 3), types.arrayType(types.i32(), 3));
  EXPECT_NE(types.arrayType(types.i32(), 3), types.arrayType(types.i32(), 4));
  EXPECT_NE(types.spanType(types.i32(), true), types.spanType(types.i32(), false));
  EXPECT_EQ(types.cellType(types.i32(), 2, true), types.cellType(types.i32(), 2, true));
  EXPECT_TRUE(types.contains(types.i32()));
  TypeTable others;
  EXPECT_FALSE(others.contains(types.i32()));
}

TEST(Types, SizesAreThoseOfTheHost) {
  TypeTable types;
  EXPECT_EQ(types.boolType()->size(), sizeof(bool));
  EXPECT_EQ(types.intType(64, true)->align(), alignof(int64_t));
  EXPECT_EQ(types.arrayType(types.floatType(64), 5)->size(), sizeof(double[5]));
  EXPECT_EQ(types.contextType()->size(), 0u);
}

TEST(Types, StructsKeepTheirOrderAndAreFoundByName) {
  TypeTable types;
  const StructType* b = types.addStruct("b", {}, 1, 1, here);
  const StructType* a = types.addStruct("a", {{"b", b, 0, here}}, 1, 1, here);
  EXPECT_EQ(types.findStruct("a"), a);
  EXPECT_EQ(types.findStruct("c"), nullptr);
  ASSERT_EQ(types.structs().size(), 2u);
  EXPECT_EQ(types.structs().front(), b);
}

const StructType* pairOf(TypeTable& types, const char* name, const char* field, uint64_t offset,
                         bool isSigned) {
  const Type* type = types.intType(32, isSigned);
  return types.addStruct(name, {{"a", type, 0, here}, {field, type, offset, here}}, 12, 4, here);
}

TEST(Types, LayoutsAreTheSameAcrossTables) {
  TypeTable one;
  TypeTable two;
  const StructType* first = pairOf(one, "P", "b", 4, false);
  EXPECT_TRUE(sameLayout(*first, *pairOf(two, "P", "b", 4, false)));
  EXPECT_TRUE(sameLayout(*first, *pairOf(two, "other name", "b", 4, false)));
  EXPECT_FALSE(sameLayout(*first, *pairOf(two, "offset", "b", 8, false)));
  EXPECT_FALSE(sameLayout(*first, *pairOf(two, "sign", "b", 4, true)));
  EXPECT_FALSE(sameLayout(*first, *pairOf(two, "name", "c", 4, false)));
}

/// s0, s1 {s0 a; s0 b}, s2 {s1 a; s1 b}, ...: exponentially many paths from the last to the first.
const StructType* diamond(TypeTable& types, unsigned depth, bool isSigned) {
  const Type* inner = types.intType(8, isSigned);
  const StructType* last = nullptr;
  for (unsigned i = 0; i < depth; ++i) {
    const uint64_t size = inner->size();
    inner = last =
        types.addStruct("s" + std::to_string(i), {{"a", inner, 0, here}, {"b", inner, size, here}},
                        2 * size, 1, here);
  }
  return last;
}

TEST(Types, DiamondsOfStructsCostNoMoreThanTheirNodes) {
  TypeTable one;
  TypeTable two;
  TypeTable three;
  const StructType* a = diamond(one, 60, false);
  const StructType* b = diamond(two, 60, false);
  const StructType* c = diamond(three, 60, true);
  EXPECT_TRUE(sameLayout(*a, *b));
  EXPECT_FALSE(sameLayout(*a, *c));
  EXPECT_EQ(stableTypeId(*a), stableTypeId(*b));
  EXPECT_NE(stableTypeId(*a), stableTypeId(*c));
}

TEST(Types, TypeIdFollowsNameAndLayout) {
  TypeTable one;
  TypeTable two;
  const uint64_t id = stableTypeId(*pairOf(one, "P", "b", 4, false));
  EXPECT_EQ(id, stableTypeId(*pairOf(two, "P", "b", 4, false)));
  EXPECT_NE(id, stableTypeId(*pairOf(two, "Q", "b", 4, false)));
  TypeTable three;
  EXPECT_NE(id, stableTypeId(*pairOf(three, "P", "b", 8, false)));
  TypeTable four;
  EXPECT_NE(id, stableTypeId(*pairOf(four, "P", "b", 4, true)));
  // Ids go into messages on the wire: another value is another protocol.
  EXPECT_EQ(id, 0x58029a5853649978u);
}

} // namespace
