# SPDX-License-Identifier: Apache-2.0
# Install rules, the CMake package (pospal::license, pospal::license_static) and pospal-license.pc. Each rule names its component, of which
# debian.cmake makes packages: runtime, development, tools, server.

include(CMakePackageConfigHelpers)
set(POSPAL_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/pospal-license")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/pospal" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development
  FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(FILES "${PROJECT_SOURCE_DIR}/man/libpospal-license.3" DESTINATION "${CMAKE_INSTALL_MANDIR}/man3" COMPONENT development)
foreach(program IN ITEMS pospal_license_command:pospal-license:tools pospal_validator:pospal-validator:server)
  string(REPLACE ":" ";" program "${program}")
  list(GET program 0 target)
  list(GET program 1 name)
  list(GET program 2 component)
  if(TARGET ${target})
    install(TARGETS ${target} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT ${component})
    install(FILES "${PROJECT_SOURCE_DIR}/man/${name}.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT ${component})
  endif()
endforeach()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT terms)

# Two export sets: who uses the shared library need not have the development files of its dependencies.
foreach(kind IN ITEMS shared static)
  set(target pospal_license)
  if(kind STREQUAL "static")
    set(target pospal_license_static)
  endif()
  install(TARGETS ${target} EXPORT pospal-license-${kind}
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT runtime
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime NAMELINK_COMPONENT development
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
  install(EXPORT pospal-license-${kind} NAMESPACE pospal:: DESTINATION "${POSPAL_CMAKE_DIR}" COMPONENT development)
endforeach()

configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/pospal-license-config.cmake.in" "${PROJECT_BINARY_DIR}/pospal-license-config.cmake"
  INSTALL_DESTINATION "${POSPAL_CMAKE_DIR}")
# Before 1.0 only the same minor version is promised to fit, as the soname says.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/pospal-license-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/pospal-license-config.cmake"
  "${PROJECT_BINARY_DIR}/pospal-license-config-version.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/FindMbedCrypto.cmake"
  DESTINATION "${POSPAL_CMAKE_DIR}" COMPONENT development)

# The .pc file finds its prefix from its own place, so a moved or staged tree works.
file(RELATIVE_PATH POSPAL_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" POSPAL_PC_PREFIX "${POSPAL_PC_PREFIX}")
configure_file("${PROJECT_SOURCE_DIR}/cmake/pospal-license.pc.in" "${PROJECT_BINARY_DIR}/pospal-license.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/pospal-license.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)

# The viewer in the validator comes with its makers' terms.
if(TARGET pospal_validator)
  set(viewer "${PROJECT_SOURCE_DIR}/third_party/swagger-ui")
  install(FILES "${viewer}/LICENSE" "${viewer}/NOTICE" "${viewer}/swagger-ui-bundle.js.LICENSE.txt"
    DESTINATION share/doc/pospal-validator/swagger-ui COMPONENT server)
endif()

# What only a package of the server brings along: the service, its settings, the documents of its operators.
if(TARGET pospal_validator)
  set(documents "share/doc/pospal-validator")
  install(FILES "${PROJECT_SOURCE_DIR}/packaging/systemd/pospal-validator.service" DESTINATION lib/systemd/system
    COMPONENT server EXCLUDE_FROM_ALL)
  install(FILES "${PROJECT_SOURCE_DIR}/packaging/validator.conf" DESTINATION /etc/pospal COMPONENT server EXCLUDE_FROM_ALL)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs/" DESTINATION "${documents}" COMPONENT server EXCLUDE_FROM_ALL)
  install(FILES "${PROJECT_SOURCE_DIR}/SECURITY.md" DESTINATION "${documents}" COMPONENT server EXCLUDE_FROM_ALL)
  install(FILES "${PROJECT_SOURCE_DIR}/CHANGELOG.md" DESTINATION "${documents}" RENAME changelog COMPONENT server EXCLUDE_FROM_ALL)
endif()

if(PROJECT_IS_TOP_LEVEL AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
  include(debian)
endif()
