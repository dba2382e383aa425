// TEMPORALIO_FIELDS: the line that makes a struct a payload, as a JSON object with one member a field.
//
//   struct Order {
//     std::string item;
//     int count = 1;
//     TEMPORALIO_FIELDS(Order, item, count)
//   };
//
// Fields may be added later: one that a payload does not have keeps the value that a new object has, and members that
// are no field are ignored. Renaming or removing a field loses what old histories hold. Up to 250 fields; the type
// needs a default constructor. TEMPORALIO_STRUCT(Order, item, count) does the same beside a type that cannot be
// changed, in its namespace; the fields are public then.
#pragma once

#include <type_traits>

#define TEMPORALIO_DETAIL_PARENTHESES ()
#define TEMPORALIO_DETAIL_EXPAND(...) \
  TEMPORALIO_DETAIL_EXPAND4(TEMPORALIO_DETAIL_EXPAND4(TEMPORALIO_DETAIL_EXPAND4(__VA_ARGS__)))
#define TEMPORALIO_DETAIL_EXPAND4(...) \
  TEMPORALIO_DETAIL_EXPAND3(TEMPORALIO_DETAIL_EXPAND3(TEMPORALIO_DETAIL_EXPAND3(__VA_ARGS__)))
#define TEMPORALIO_DETAIL_EXPAND3(...) \
  TEMPORALIO_DETAIL_EXPAND2(TEMPORALIO_DETAIL_EXPAND2(TEMPORALIO_DETAIL_EXPAND2(__VA_ARGS__)))
#define TEMPORALIO_DETAIL_EXPAND2(...) \
  TEMPORALIO_DETAIL_EXPAND1(TEMPORALIO_DETAIL_EXPAND1(TEMPORALIO_DETAIL_EXPAND1(__VA_ARGS__)))
#define TEMPORALIO_DETAIL_EXPAND1(...) \
  TEMPORALIO_DETAIL_EXPAND0(TEMPORALIO_DETAIL_EXPAND0(TEMPORALIO_DETAIL_EXPAND0(__VA_ARGS__)))
#define TEMPORALIO_DETAIL_EXPAND0(...) __VA_ARGS__
#define TEMPORALIO_DETAIL_VISIT(field, ...) \
  visit(#field, object.field);              \
  __VA_OPT__(TEMPORALIO_DETAIL_VISIT_REST TEMPORALIO_DETAIL_PARENTHESES(__VA_ARGS__))
#define TEMPORALIO_DETAIL_VISIT_REST() TEMPORALIO_DETAIL_VISIT

#define TEMPORALIO_FIELDS(Type, ...)                                                         \
  friend void temporalio_visit_fields(std::type_identity<Type>, auto& object, auto& visit) { \
    TEMPORALIO_DETAIL_EXPAND(TEMPORALIO_DETAIL_VISIT(__VA_ARGS__))                           \
  }

#define TEMPORALIO_STRUCT(Type, ...)                                                         \
  inline void temporalio_visit_fields(std::type_identity<Type>, auto& object, auto& visit) { \
    TEMPORALIO_DETAIL_EXPAND(TEMPORALIO_DETAIL_VISIT(__VA_ARGS__))                           \
  }
