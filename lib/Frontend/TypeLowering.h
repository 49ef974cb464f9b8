// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// C++ types -> IR types, with the layouts that the host compiler gives them. Fields of base classes
// become fields of the struct.
#ifndef RINGC_LIB_FRONTEND_TYPELOWERING_H
#define RINGC_LIB_FRONTEND_TYPELOWERING_H

#include "Names.h"
#include "SourceMap.h"
#include "Unsupported.h"
#include "ringc/IR/Module.h"

namespace ringc {

class TypeLowering {
public:
  TypeLowering(clang::ASTContext& ast, const Names& names, SourceMap& sources,
               Unsupported& unsupported, ir::Module& module)
      : ast_(ast), names_(names), sources_(sources), unsupported_(unsupported), module_(module) {}

  /// The type of a value, without qualifiers; null where it has none in the IR (reported at `use`).
  const ir::Type* lower(clang::QualType type, clang::SourceRange use);
  const ir::StructType* record(const clang::CXXRecordDecl& record, clang::SourceRange use);
  /// Number of a field, own or inherited, of a struct made by `record`.
  uint32_t fieldIndex(const ir::StructType* type, const clang::FieldDecl& field) const;
  /// The fields in order, own and inherited.
  llvm::ArrayRef<const clang::FieldDecl*> fieldsOf(const ir::StructType* type) const;
  /// The C++ class that a struct was made from.
  const clang::CXXRecordDecl* declOf(const ir::StructType* type) const;

private:
  /// Refuses a type of more than 2^31 - 1 bytes.
  bool isAddressable(clang::QualType type, clang::SourceRange use);
  const ir::Type* builtin(const clang::BuiltinType& type, clang::SourceRange use);
  const ir::Type* library(const clang::CXXRecordDecl& record, KnownRecord known,
                          clang::QualType type, clang::SourceRange use);
  const ir::Type* cell(const clang::CXXRecordDecl& record, clang::SourceRange use);
  bool isPlainData(const clang::CXXRecordDecl& record, clang::SourceRange use);
  bool addFields(const clang::CXXRecordDecl& record, uint64_t baseOffset, clang::SourceRange use,
                 std::vector<ir::Field>& fields, std::vector<const clang::FieldDecl*>& decls);

  clang::ASTContext& ast_;
  const Names& names_;
  SourceMap& sources_;
  Unsupported& unsupported_;
  ir::Module& module_;
  struct RecordInfo {
    const clang::CXXRecordDecl* decl;
    std::vector<const clang::FieldDecl*> fields;
  };
  llvm::DenseMap<const clang::Decl*, const ir::StructType*> structs_; ///< null: refused before
  llvm::DenseMap<const ir::StructType*, RecordInfo> infos_;
  unsigned depth_ = 0; ///< of records within records
};

} // namespace ringc

#endif
