# SPDX-License-Identifier: Apache-2.0
# The shop of the library's tests, compiled once: pospal_sdk_test(<label>.<name> SOURCES test_x.c [LIBRARIES ...] [TIMEOUT s]).
include_guard(GLOBAL)

set(support "${PROJECT_SOURCE_DIR}/tests/support")
pospal_object_library(shop SYSTEM INCLUDES "${PROJECT_SOURCE_DIR}/tests" LIBRARIES deps::cmocka pospal_tools SOURCES
  "${support}/fail_alloc.c"
  "${support}/fake_clock.c"
  "${support}/fake_exchange.c"
  "${support}/fake_file.c"
  "${support}/fault_fs.c"
  "${support}/shop.c"
  "${support}/temp_dir.c"
  "${PROJECT_SOURCE_DIR}/tests/unit/fake_root.c"
)
function(pospal_sdk_test name)
  pospal_program_test(${name} ${ARGN} OBJECTS base platform crypto crypto_issue license token token_issue wire storage
    sqlite_linked device transport curl_linked state client chaos shop)
endfunction()

# The same for tests/unit: unit.<name> from test_<name>.c.
function(pospal_sdk_unit_test name)
  pospal_unit_test(${name} ${ARGN} OBJECTS base platform crypto crypto_issue license token token_issue wire storage
    sqlite_linked device transport curl_linked state client chaos shop)
endfunction()
