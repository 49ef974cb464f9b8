// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See TypeLowering.h.

#include "TypeLowering.h"
#include "ringc/Support/Check.h"
#include "clang/AST/RecordLayout.h"
#include "llvm/Support/SaveAndRestore.h"
#include <limits>

namespace ringc {

const ir::Type* TypeLowering::lower(clang::QualType type, clang::SourceRange use) {
  const clang::QualType canonical = type.getCanonicalType();
  if (canonical.isVolatileQualified())
    return unsupported_.refuse(use, DiagId::RefusedVolatile);
  if (const auto* basic = llvm::dyn_cast<clang::BuiltinType>(canonical))
    return builtin(*basic, use);
  if (const auto* enumeration = llvm::dyn_cast<clang::EnumType>(canonical)) {
    const clang::QualType underlying = enumeration->getDecl()->getIntegerType();
    if (underlying.isNull())
      return unsupported_.refuse(use, DiagId::NotSupportedYet, "an incomplete enumeration");
    return lower(underlying, use);
  }
  if (const auto* array = ast_.getAsConstantArrayType(canonical)) {
    const ir::Type* element = lower(array->getElementType(), use);
    if (!element)
      return nullptr;
    if (array->getSize().isZero())
      return unsupported_.refuse(use, DiagId::NotSupportedYet, "an array without elements");
    if (!isAddressable(type, use))
      return nullptr;
    return module_.types.arrayType(element, array->getZExtSize());
  }
  if (const auto* record = canonical->getAsCXXRecordDecl()) {
    const KnownRecord known = names_.known(*record);
    return known == KnownRecord::None ? this->record(*record, use)
                                      : library(*record, known, type, use);
  }
  if (canonical->isFunctionPointerType() || canonical->isMemberPointerType() ||
      canonical->isFunctionType())
    return unsupported_.refuse(use, DiagId::RefusedFunctionPointer);
  if (canonical->isAnyPointerType() || canonical->isReferenceType() || canonical->isNullPtrType())
    return unsupported_.refuse(use, DiagId::RefusedPointer);
  return unsupported_.refuse(use, DiagId::TypeNotSupportedYet, names_.shown(type));
}

bool TypeLowering::isAddressable(clang::QualType type, clang::SourceRange use) {
  constexpr int64_t limit = std::numeric_limits<int32_t>::max();
  const int64_t bytes = ast_.getTypeSizeInChars(type).getQuantity();
  if (bytes > limit)
    unsupported_.refuse(use, DiagId::TypeTooLarge, names_.shown(type), bytes, limit);
  return bytes <= limit;
}

const ir::Type* TypeLowering::builtin(const clang::BuiltinType& type, clang::SourceRange use) {
  ir::TypeTable& types = module_.types;
  if (type.getKind() == clang::BuiltinType::Void)
    return types.voidType();
  if (type.getKind() == clang::BuiltinType::Bool)
    return types.boolType();
  const uint64_t bits = ast_.getTypeSize(&type);
  if (type.isInteger() && bits <= 64)
    return types.intType(static_cast<uint32_t>(bits), type.isSignedInteger());
  if (type.getKind() == clang::BuiltinType::Float)
    return types.floatType(32);
  if (type.getKind() == clang::BuiltinType::Double)
    return types.floatType(64);
  return unsupported_.refuse(use, DiagId::TypeNotSupportedYet,
                             names_.shown(clang::QualType(&type, 0)));
}

const ir::Type* TypeLowering::library(const clang::CXXRecordDecl& record, KnownRecord known,
                                      clang::QualType type, clang::SourceRange use) {
  const clang::QualType argument = templateTypeArgument(record, 0);
  switch (known) {
  case KnownRecord::StdArray: {
    const auto* instance = llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(&record);
    const ir::Type* element = argument.isNull() ? nullptr : lower(argument, use);
    if (!element || !instance || instance->getTemplateArgs().size() != 2)
      return nullptr;
    const uint64_t count = instance->getTemplateArgs()[1].getAsIntegral().getZExtValue();
    if (count == 0)
      return unsupported_.refuse(use, DiagId::NotSupportedYet, "an array without elements");
    return module_.types.arrayType(element, count);
  }
  case KnownRecord::StdSpan: {
    const ir::Type* element = argument.isNull() ? nullptr : lower(argument, use);
    return element ? module_.types.spanType(element, argument.isConstQualified()) : nullptr;
  }
  case KnownRecord::RingCell:
    return cell(record, use);
  case KnownRecord::RingShared:
    return argument.isNull() ? nullptr : lower(argument, use);
  case KnownRecord::RingContext:
    return module_.types.contextType();
  case KnownRecord::RingGridStride:
    return unsupported_.refuse(use, DiagId::GridStrideOutsideFor);
  case KnownRecord::StdOther:
  case KnownRecord::None:
    break;
  }
  return unsupported_.refuse(use, DiagId::LibraryTypeUnknown, names_.shown(type));
}

const ir::Type* TypeLowering::cell(const clang::CXXRecordDecl& record, clang::SourceRange use) {
  const clang::QualType argument = templateTypeArgument(record, 0);
  const ir::Type* element = argument.isNull() ? nullptr : lower(argument, use);
  if (!element)
    return nullptr;
  const uint32_t dims = static_cast<uint32_t>(record.getName().back() - '0'); // Cell1, Cell2, Cell3
  return module_.types.cellType(element, dims, argument.isConstQualified());
}

bool TypeLowering::isPlainData(const clang::CXXRecordDecl& record, clang::SourceRange use) {
  const std::string name = names_.record(record);
  if (record.isLambda()) {
    unsupported_.refuse(use, DiagId::RefusedEscapingLambda);
  } else if (record.isUnion()) {
    unsupported_.refuse(use, DiagId::TypeNotSupportedYet, "union " + name);
  } else if (inAnonymousNamespace(record)) {
    unsupported_.refuse(use, DiagId::RefusedAnonymous, name);
  } else if (record.isPolymorphic() || record.getNumVBases() != 0) {
    unsupported_.refuse(use, DiagId::RefusedVirtual, name);
  } else if (!record.isTriviallyCopyable()) {
    unsupported_.refuse(use, DiagId::RefusedNotTriviallyCopyable, name);
  } else {
    return true;
  }
  return false;
}

bool TypeLowering::addFields(const clang::CXXRecordDecl& record, uint64_t baseOffset,
                             clang::SourceRange use, std::vector<ir::Field>& fields,
                             std::vector<const clang::FieldDecl*>& decls) {
  const clang::ASTRecordLayout& layout = ast_.getASTRecordLayout(&record);
  for (const clang::CXXBaseSpecifier& base : record.bases()) {
    const clang::CXXRecordDecl* decl = base.getType()->getAsCXXRecordDecl();
    if (!decl)
      continue;
    const uint64_t offset = static_cast<uint64_t>(layout.getBaseClassOffset(decl).getQuantity());
    if (!addFields(*decl->getDefinition(), baseOffset + offset, use, fields, decls))
      return false;
  }
  for (const clang::FieldDecl* field : record.fields()) {
    if (field->isBitField()) {
      unsupported_.refuse(field->getSourceRange(), DiagId::NotSupportedYet, "a bit-field");
      return false;
    }
    const bool isUnnamed = field->getName().empty();
    const ir::Type* type = isUnnamed
                               ? unsupported_.refuse(field->getSourceRange(),
                                                     DiagId::NotSupportedYet, "an unnamed member")
                               : lower(field->getType(), field->getSourceRange());
    if (!type)
      return false;
    if (type->size() == 0) {
      unsupported_.refuse(field->getSourceRange(), DiagId::TypeHasNoStorage,
                          names_.type(field->getType()));
      return false;
    }
    const uint64_t bits = layout.getFieldOffset(field->getFieldIndex());
    fields.push_back(
        {field->getName().str(), type, baseOffset + bits / 8, sources_.toIr(field->getLocation())});
    decls.push_back(field);
  }
  return true;
}

const ir::StructType* TypeLowering::record(const clang::CXXRecordDecl& declared,
                                           clang::SourceRange use) {
  const auto known = structs_.find(declared.getCanonicalDecl());
  if (known != structs_.end())
    return known->second;
  const clang::CXXRecordDecl* record = declared.getDefinition();
  if (!record || record->isInvalidDecl() || record->isDependentType())
    return unsupported_.refuse(use, DiagId::TypeNotSupportedYet,
                               "incomplete " + names_.record(declared));
  constexpr unsigned maxDepth = 64;
  if (depth_ == maxDepth)
    return unsupported_.refuse(use, DiagId::NotSupportedYet, "a struct nested this deeply");
  llvm::SaveAndRestore nested(depth_, depth_ + 1);

  std::vector<ir::Field> fields;
  RecordInfo info{record, {}};
  if (!isPlainData(*record, use) || !addFields(*record, 0, use, fields, info.fields) ||
      !isAddressable(ast_.getRecordType(record), record->getLocation())) {
    structs_[declared.getCanonicalDecl()] = nullptr;
    return nullptr;
  }
  std::string name = names_.record(*record);
  for (unsigned copy = 2; module_.types.findStruct(name); ++copy) // local classes of one name
    name = names_.record(*record) + "_" + std::to_string(copy);
  const clang::ASTRecordLayout& layout = ast_.getASTRecordLayout(record);
  const ir::StructType* type = module_.types.addStruct(
      std::move(name), std::move(fields), static_cast<uint64_t>(layout.getSize().getQuantity()),
      static_cast<uint32_t>(layout.getAlignment().getQuantity()),
      sources_.toIr(record->getLocation()));
  structs_[declared.getCanonicalDecl()] = type;
  infos_[type] = std::move(info);
  return type;
}

uint32_t TypeLowering::fieldIndex(const ir::StructType* type, const clang::FieldDecl& field) const {
  const llvm::ArrayRef<const clang::FieldDecl*> fields = fieldsOf(type);
  for (uint32_t i = 0; i < fields.size(); ++i)
    if (fields[i]->getCanonicalDecl() == field.getCanonicalDecl())
      return i;
  RINGC_UNREACHABLE("field '" + field.getName() + "' is not in '" + type->name() + "'");
}

llvm::ArrayRef<const clang::FieldDecl*> TypeLowering::fieldsOf(const ir::StructType* type) const {
  const auto it = infos_.find(type);
  RINGC_CHECK(it != infos_.end(), "a struct without its fields");
  return it->second.fields;
}

const clang::CXXRecordDecl* TypeLowering::declOf(const ir::StructType* type) const {
  const auto it = infos_.find(type);
  RINGC_CHECK(it != infos_.end(), "a struct without its declaration");
  return it->second.decl;
}

} // namespace ringc
