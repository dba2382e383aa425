# Compiles one case with its mistake; the compiler must refuse it with the message that the case expects.
file(STRINGS ${case} expect REGEX "^// expect: ")
string(REPLACE "// expect: " "" expect "${expect}")
if(expect STREQUAL "")
  message(FATAL_ERROR "${case} has no line `// expect: <regular expression>`")
endif()
execute_process(
  COMMAND ${compiler} -std=c++20 -fsyntax-only -Wall -Wextra -Werror -DMISTAKE ${include_flags} ${case}
  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(status EQUAL 0)
  message(FATAL_ERROR "${case}: the mistake compiles")
endif()
# The messages themselves, not the lines of the case that they quote.
string(REGEX MATCHALL "[^\n]*error: [^\n]*" errors "${output}")
if(NOT errors MATCHES "${expect}")
  message(FATAL_ERROR "${case}: no error matches \"${expect}\":\n${output}")
endif()
