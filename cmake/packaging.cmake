# SPDX-License-Identifier: Apache-2.0
# Install rules, the CMake package (pospal::license, pospal::license_static) and pospal-license.pc.

include(CMakePackageConfigHelpers)
set(POSPAL_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/pospal-license")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/pospal" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(FILES "${PROJECT_SOURCE_DIR}/man/libpospal-license.3" DESTINATION "${CMAKE_INSTALL_MANDIR}/man3")
foreach(page IN ITEMS pospal_license_command:pospal-license pospal_validator:pospal-validator)
  string(REPLACE ":" ";" page "${page}")
  list(GET page 0 target)
  list(GET page 1 name)
  if(TARGET ${target})
    install(FILES "${PROJECT_SOURCE_DIR}/man/${name}.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
  endif()
endforeach()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# Two export sets: who uses the shared library need not have the development files of its dependencies.
foreach(kind IN ITEMS shared static)
  set(target pospal_license)
  if(kind STREQUAL "static")
    set(target pospal_license_static)
  endif()
  install(TARGETS ${target} EXPORT pospal-license-${kind}
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}"
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  install(EXPORT pospal-license-${kind} NAMESPACE pospal:: DESTINATION "${POSPAL_CMAKE_DIR}")
endforeach()
foreach(program IN ITEMS pospal_license_command pospal_validator)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  endif()
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
  DESTINATION "${POSPAL_CMAKE_DIR}")

# The .pc file finds its prefix from its own place, so a moved or staged tree works.
file(RELATIVE_PATH POSPAL_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" POSPAL_PC_PREFIX "${POSPAL_PC_PREFIX}")
configure_file("${PROJECT_SOURCE_DIR}/cmake/pospal-license.pc.in" "${PROJECT_BINARY_DIR}/pospal-license.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/pospal-license.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
