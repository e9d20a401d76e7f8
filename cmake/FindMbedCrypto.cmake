# SPDX-License-Identifier: Apache-2.0
# Finds the crypto half of Mbed TLS 2.28 or 3.x as MbedCrypto::MbedCrypto. Neither distribution package of 2.28 nor many
# of 3.x carry a .pc file, so header and library are looked for directly. Installed with our package config for static users.

find_path(MbedCrypto_INCLUDE_DIR NAMES mbedtls/gcm.h)
find_library(MbedCrypto_LIBRARY NAMES mbedcrypto)

if(MbedCrypto_INCLUDE_DIR)
  foreach(header IN ITEMS build_info.h version.h)
    if(EXISTS "${MbedCrypto_INCLUDE_DIR}/mbedtls/${header}")
      file(STRINGS "${MbedCrypto_INCLUDE_DIR}/mbedtls/${header}" line REGEX "define MBEDTLS_VERSION_STRING +\"")
      if(line MATCHES "\"([0-9.]+)\"")
        set(MbedCrypto_VERSION "${CMAKE_MATCH_1}")
        break()
      endif()
    endif()
  endforeach()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(MbedCrypto
  REQUIRED_VARS MbedCrypto_LIBRARY MbedCrypto_INCLUDE_DIR
  VERSION_VAR MbedCrypto_VERSION)

if(MbedCrypto_FOUND AND NOT TARGET MbedCrypto::MbedCrypto)
  add_library(MbedCrypto::MbedCrypto UNKNOWN IMPORTED)
  set_target_properties(MbedCrypto::MbedCrypto PROPERTIES
    IMPORTED_LOCATION "${MbedCrypto_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${MbedCrypto_INCLUDE_DIR}")
endif()
mark_as_advanced(MbedCrypto_INCLUDE_DIR MbedCrypto_LIBRARY)
