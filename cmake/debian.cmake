# SPDX-License-Identifier: Apache-2.0
# Debian packages by CPack (`./dev package`): libpospal-license0, libpospal-license-dev, pospal-license-tools, pospal-validator. What
# each holds is said by the components in packaging.cmake; maintainer scripts and texts are in packaging/.
set(POSPAL_DEBIAN_SOURCE "${PROJECT_SOURCE_DIR}/packaging/debian")
set(POSPAL_DEBIAN_BUILD "${PROJECT_BINARY_DIR}/debian")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME pospal-license)
set(CPACK_PACKAGE_VENDOR pospal-license)
set(CPACK_PACKAGE_CONTACT "pospal-license maintainers <maintainers@pospal-license.invalid>"
  CACHE STRING "Who maintains the packages: Name <address>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_PRE_BUILD_SCRIPTS "${POSPAL_DEBIAN_SOURCE}/finish.cmake")
set(CPACK_POSPAL_DEBIAN_SOURCE "${POSPAL_DEBIAN_SOURCE}")
set(CPACK_POSPAL_DEBIAN_BUILD "${POSPAL_DEBIAN_BUILD}")

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SOURCE pospal-license)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

# Libraries that are loaded at run time are in no ELF header, where dpkg-shlibdeps would find them: their packages are named by those
# that have their files here.
function(pospal_package_of out soname)
  set(found "")
  execute_process(COMMAND dpkg-query --search "*/${soname}" OUTPUT_VARIABLE answer ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed AND answer MATCHES "^([a-z0-9.+-]+)")
    set(found "${CMAKE_MATCH_1}")
  endif()
  set(${out} "${found}" PARENT_SCOPE)
endfunction()

set(loaded "")
foreach(soname IN ITEMS ${POSPAL_MBEDCRYPTO_SONAME} libsqlite3.so.0 libcurl.so.4)
  pospal_package_of(package "${soname}")
  if(package MATCHES "^libcurl4")
    string(APPEND package " | libcurl3-gnutls") # the library takes either
  endif()
  if(package)
    list(APPEND loaded "${package}")
  endif()
endforeach()
list(JOIN loaded ", " loaded)

# A package's words, by its component: pospal_debian(<component> <name> <section> <summary> <text>)
function(pospal_debian component name section summary text)
  string(TOUPPER "${component}" upper)
  set(prefix CPACK_DEBIAN_${upper}_PACKAGE)
  set(${prefix}_NAME "${name}" PARENT_SCOPE)
  set(${prefix}_SECTION "${section}" PARENT_SCOPE)
  set(CPACK_DEBIAN_${upper}_DESCRIPTION "${summary}\n${text}" PARENT_SCOPE)
endfunction()

math(EXPR next_minor "${PROJECT_VERSION_MINOR} + 1")
set(POSPAL_NEXT_ABI "${PROJECT_VERSION_MAJOR}.${next_minor}")
configure_file("${POSPAL_DEBIAN_SOURCE}/changelog.in" "${POSPAL_DEBIAN_BUILD}/changelog" @ONLY)
configure_file("${POSPAL_DEBIAN_SOURCE}/shlibs.in" "${POSPAL_DEBIAN_BUILD}/shlibs" @ONLY)

pospal_debian(runtime libpospal-license0 libs "software licensing that works offline - library"
"libpospal-license tells a program what its license is worth at any moment,
without a network: it activates itself, keeps a signed lease and goes on
through outages until dates that the vendor signed.

This package holds the shared library.")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_DEPENDS "${loaded}")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA
  "${POSPAL_DEBIAN_BUILD}/shlibs;${POSPAL_DEBIAN_SOURCE}/triggers;${POSPAL_DEBIAN_SOURCE}/library/postinst;${POSPAL_DEBIAN_SOURCE}/library/postrm")

pospal_debian(development libpospal-license-dev libdevel "software licensing that works offline - development files"
"libpospal-license tells a program what its license is worth at any moment,
without a network.

This package holds what is needed to compile and link programs: headers for C
and C++, the static library, the manual page, and the descriptions for
pkg-config and CMake. The static library needs the recommended packages too.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "libpospal-license0 (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}), libsodium-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS
  "libmbedtls-dev, libsqlite3-dev, libcurl4-openssl-dev | libcurl4-gnutls-dev, pkg-config")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)

if(TARGET pospal_license_command)
  list(APPEND CPACK_COMPONENTS_ALL tools)
  pospal_debian(tools pospal-license-tools utils "software licensing that works offline - command line"
"The command pospal-license shows, verifies, activates and carries licenses of
programs that use libpospal-license, and finds out what ails one.")
  set(CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS "${loaded}")
  set(CPACK_DEBIAN_TOOLS_PACKAGE_RECOMMENDS "ca-certificates")
endif()

if(TARGET pospal_validator)
  list(APPEND CPACK_COMPONENTS_ALL server)
  pospal_debian(server pospal-validator net "license server for programs that use libpospal-license"
"pospal-validator keeps the brands, products, customers, licenses and seats of
software vendors, and signs what it decides. It serves programs that use
libpospal-license and the back ends of vendors.

The service is started after 'pospal-validator init' has made its data.")
  set(CPACK_DEBIAN_SERVER_PACKAGE_DEPENDS "adduser")
  set(CPACK_DEBIAN_SERVER_PACKAGE_SUGGESTS "pospal-license-tools, prometheus")
  set(CPACK_DEBIAN_SERVER_PACKAGE_CONTROL_EXTRA
    "${POSPAL_DEBIAN_SOURCE}/postinst;${POSPAL_DEBIAN_SOURCE}/prerm;${POSPAL_DEBIAN_SOURCE}/postrm;${POSPAL_DEBIAN_SOURCE}/conffiles")
endif()

include(CPack)
