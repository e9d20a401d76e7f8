# SPDX-License-Identifier: Apache-2.0
# The foreign libraries, each under one name: deps::sodium, deps::mbedcrypto, deps::sqlite, deps::curl; for the
# server only deps::microhttpd, deps::idn2 and deps::pq, for the tests only deps::cmocka and deps::jansson. Nothing is ever downloaded; see `./dev setup`.

find_package(PkgConfig REQUIRED)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(MbedCrypto REQUIRED)
add_library(deps::mbedcrypto ALIAS MbedCrypto::MbedCrypto)

# The name by which our shared library loads it at run time, of the very library whose headers are used: "libmbedcrypto.so.7". Empty for
# an archive and on systems that are not ELF, where it is linked.
set(POSPAL_MBEDCRYPTO_SONAME "")
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND CMAKE_OBJDUMP AND NOT MbedCrypto_LIBRARY MATCHES "\\.a$")
  execute_process(COMMAND "${CMAKE_OBJDUMP}" -p "${MbedCrypto_LIBRARY}" OUTPUT_VARIABLE dynamic_section ERROR_QUIET)
  if(dynamic_section MATCHES "SONAME +([^ \n]+)")
    set(POSPAL_MBEDCRYPTO_SONAME "${CMAKE_MATCH_1}")
  endif()
endif()

function(pospal_dependency name module)
  string(TOUPPER "POSPAL_${name}" prefix)
  pkg_check_modules(${prefix} REQUIRED IMPORTED_TARGET "${module}")
  add_library(deps::${name} ALIAS PkgConfig::${prefix})
endfunction()

pospal_dependency(sodium libsodium)
pospal_dependency(sqlite sqlite3)
pospal_dependency(curl "libcurl>=7.81")
if(POSPAL_BUILD_SERVER)
  pospal_dependency(microhttpd libmicrohttpd)
  pospal_dependency(pq libpq)
  pospal_dependency(idn2 libidn2)
elseif(POSPAL_BUILD_TOOLS) # for `pospal-license chaos` alone, which may be missing
  pkg_check_modules(POSPAL_MICROHTTPD IMPORTED_TARGET libmicrohttpd)
  if(POSPAL_MICROHTTPD_FOUND)
    add_library(deps::microhttpd ALIAS PkgConfig::POSPAL_MICROHTTPD)
  endif()
endif()
if(POSPAL_BUILD_TESTS)
  pospal_dependency(cmocka cmocka)
  pospal_dependency(jansson jansson)
endif()
