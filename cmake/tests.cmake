# SPDX-License-Identifier: Apache-2.0
# How a test is declared. A test is named <label>.<name> and has a time-out: `ctest -L unit`, `ctest -R unit.buf`.

# A program of the tests: links object libraries by name and knows the source folder (POSPAL_SOURCE_DIR). crypto comes with the
# linked Mbed TLS unless mbedtls_loaded is named, or mbedtls_of_its_own for a program that stands in for it.
function(pospal_test_executable target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;OBJECTS;LIBRARIES")
  if("crypto" IN_LIST arg_OBJECTS AND NOT arg_OBJECTS MATCHES "mbedtls_(loaded|of_its_own)")
    list(APPEND arg_OBJECTS mbedtls_linked)
  endif()
  list(REMOVE_ITEM arg_OBJECTS mbedtls_of_its_own)
  add_executable(${target} ${arg_SOURCES})
  pospal_link_objects(${target} ${arg_OBJECTS})
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/server-stub")
  target_compile_definitions(${target} PRIVATE
    POSPAL_SOURCE_DIR="${PROJECT_SOURCE_DIR}" POSPAL_POSTGRES_BIN="${POSPAL_POSTGRES_BIN}" ${POSPAL_SYSTEM_DEFINITIONS})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
endfunction()

# PostgreSQL for the tests: one server for a run of CTest, made by fixture.postgres and ended by fixture.postgres_end. A test has it with
# pospal_on_postgres(<label>.<name>): the same program once more, as <label>.<name>.postgres.
if(NOT POSPAL_POSTGRES_BIN)
  execute_process(COMMAND pg_config --bindir OUTPUT_VARIABLE postgres_bin OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(POSPAL_POSTGRES_BIN "${postgres_bin}" CACHE PATH "Folder of initdb and postgres, for the tests" FORCE)
endif()
if(NOT EXISTS "${POSPAL_POSTGRES_BIN}/postgres")
  message(FATAL_ERROR "the tests need a PostgreSQL server (initdb and postgres): ./dev setup, or set POSPAL_POSTGRES_BIN to their folder")
endif()
set(POSPAL_POSTGRES_FILE "${CMAKE_BINARY_DIR}/tests/postgres")

function(pospal_on_postgres name)
  get_property(command DIRECTORY PROPERTY pospal_command_of_${name})
  list(POP_FRONT command program)
  add_test(NAME ${name}.postgres COMMAND ${program} ${command} WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
  get_test_property(${name} LABELS label)
  get_test_property(${name} TIMEOUT timeout)
  pospal_test_properties(${name}.postgres "${label}" ${timeout})
  set_tests_properties(${name}.postgres PROPERTIES FIXTURES_REQUIRED postgres
    ENVIRONMENT "${POSPAL_TEST_ENVIRONMENT};POSPAL_TEST_ENGINE=postgres;POSPAL_TEST_POSTGRES=${POSPAL_POSTGRES_FILE};POSPAL_TEST_POSTGRES_PROGRAM=${CMAKE_BINARY_DIR}/tests/postgres_fixture")
endfunction()

# What every test has in common. Sanitizers must end a test, not only print.
set(POSPAL_TEST_ENVIRONMENT
  ASAN_OPTIONS=detect_leaks=1:exitcode=99 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 TSAN_OPTIONS=halt_on_error=1
  LC_ALL=C.UTF-8 TZ=UTC)
function(pospal_test_properties name label timeout)
  set_tests_properties(${name} PROPERTIES
    LABELS "${label}" TIMEOUT ${timeout} ENVIRONMENT "${POSPAL_TEST_ENVIRONMENT}")
endfunction()

# pospal_unit_test(<name> [SOURCES test_<name>.c ...] OBJECTS base crypto ... [LIBRARIES ...] [TIMEOUT s])
# One cmocka program: CTest unit.<name>, label unit.
function(pospal_unit_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;OBJECTS;LIBRARIES")
  if(NOT arg_SOURCES)
    set(arg_SOURCES test_${name}.c)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  pospal_test_executable(test_${name}
    SOURCES ${arg_SOURCES} OBJECTS ${arg_OBJECTS} LIBRARIES ${arg_LIBRARIES} deps::cmocka)
  add_test(NAME unit.${name} COMMAND test_${name})
  set_property(DIRECTORY PROPERTY pospal_command_of_unit.${name} test_${name})
  pospal_test_properties(unit.${name} unit ${arg_TIMEOUT})
endfunction()

# pospal_program_test(<label>.<name> [SOURCES ...] [OBJECTS ...] [LIBRARIES ...] [COMMAND program args...] [TIMEOUT s]
#                     [SKIP_CODE n] [SERIAL])
# With SOURCES: a cmocka program that is built and run (COMMAND's words are its arguments). Without: COMMAND is run; the
# name of one of our targets stands for its file. SERIAL: nothing else runs meanwhile.
function(pospal_program_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "TIMEOUT;SKIP_CODE" "SOURCES;OBJECTS;LIBRARIES;COMMAND")
  string(REGEX REPLACE "\\..*" "" label "${name}")
  string(REPLACE "." "_" target "${name}")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(arg_SOURCES)
    pospal_test_executable(${target}
      SOURCES ${arg_SOURCES} OBJECTS ${arg_OBJECTS} LIBRARIES ${arg_LIBRARIES} deps::cmocka)
    list(PREPEND arg_COMMAND ${target})
  endif()
  set_property(DIRECTORY PROPERTY pospal_command_of_${name} ${arg_COMMAND})
  add_test(NAME ${name} COMMAND ${arg_COMMAND} WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
  pospal_test_properties(${name} ${label} ${arg_TIMEOUT})
  if(arg_SKIP_CODE)
    set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE ${arg_SKIP_CODE})
  endif()
  if(arg_SERIAL)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  endif()
endfunction()

# pospal_fuzz_target(<name> [SOURCES fuzz_<name>.c] OBJECTS ... [LIBRARIES ...])
# A libFuzzer target, program fuzz-<name>, part of the target fuzz_targets. Without libFuzzer the same source is linked
# with replay.c and CTest fuzz.<name> feeds it the corpus in tests/fuzz/corpus/<name>/.
if(POSPAL_FUZZ)
  add_custom_target(fuzz_targets)
endif()
function(pospal_fuzz_target name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;OBJECTS;LIBRARIES")
  if(NOT arg_SOURCES)
    set(arg_SOURCES fuzz_${name}.c)
  endif()
  set(driver "${PROJECT_SOURCE_DIR}/tests/fuzz/replay.c")
  if(POSPAL_FUZZ)
    set(driver "")
  endif()
  pospal_test_executable(fuzz_${name}
    SOURCES ${arg_SOURCES} ${driver} OBJECTS ${arg_OBJECTS} LIBRARIES ${arg_LIBRARIES})
  set_target_properties(fuzz_${name} PROPERTIES OUTPUT_NAME fuzz-${name})
  if(POSPAL_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzz_targets fuzz_${name})
  else()
    add_test(NAME fuzz.${name} COMMAND fuzz_${name} "${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name}")
    pospal_test_properties(fuzz.${name} fuzz 120)
  endif()
endfunction()
