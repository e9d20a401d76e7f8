# SPDX-License-Identifier: Apache-2.0
# The foreign libraries, each under one name: deps::sodium, deps::mbedcrypto, deps::sqlite, deps::curl; for the
# server only deps::microhttpd, for the tests only deps::cmocka and deps::jansson. Nothing is ever downloaded; see `./dev setup`.

find_package(PkgConfig REQUIRED)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(MbedCrypto REQUIRED)
add_library(deps::mbedcrypto ALIAS MbedCrypto::MbedCrypto)

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
endif()
if(POSPAL_BUILD_TESTS)
  pospal_dependency(cmocka cmocka)
  pospal_dependency(jansson jansson)
endif()
