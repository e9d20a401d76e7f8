# SPDX-License-Identifier: Apache-2.0
# The SDK: pospal::license (shared) and pospal::license_static. Signing (the *_issue objects) is in neither.

set(POSPAL_SDK base platform crypto license token wire storage device transport state client)
# A process that links the shared library pays for curl, SQLite and Mbed TLS only when it uses them: linking curl with its
# TLS library costs 6-7 ms of start-up, libsodium 0.1. A static program has chosen to have all in one.
set(POSPAL_SDK_SHARED ${POSPAL_SDK} sqlite_loaded curl_loaded mbedtls_loaded)
set(POSPAL_SDK_STATIC ${POSPAL_SDK} sqlite_linked curl_linked mbedtls_linked)
if(NOT POSPAL_MBEDCRYPTO_SONAME) # there is nothing that could be loaded
  list(TRANSFORM POSPAL_SDK_SHARED REPLACE mbedtls_loaded mbedtls_linked)
endif()
set(POSPAL_SDK_LIBRARIES deps::sodium Threads::Threads ${CMAKE_DL_LIBS})
if(UNIX)
  list(APPEND POSPAL_SDK_LIBRARIES m)
endif()

# Before 1.0 a minor version may change the binary interface, so it is part of the soname.
set(POSPAL_SOVERSION ${PROJECT_VERSION_MAJOR})
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(POSPAL_SOVERSION 0.${PROJECT_VERSION_MINOR})
endif()

function(pospal_objects_of out)
  list(TRANSFORM ARGN REPLACE "(.+)" "$<TARGET_OBJECTS:pl_\\1>" OUTPUT_VARIABLE objects)
  set(${out} "${objects}" PARENT_SCOPE)
endfunction()

pospal_objects_of(shared_objects ${POSPAL_SDK_SHARED})
pospal_objects_of(static_objects ${POSPAL_SDK_STATIC})

# Their time goes into the disk, the network and the hardware, so they are made small, all but the hot path.
foreach(room IN ITEMS device transport state client)
  target_compile_options(pl_${room} PRIVATE $<$<CONFIG:Release>:-Os>)
endforeach()

add_library(pospal_license SHARED ${shared_objects})
add_library(pospal::license ALIAS pospal_license)
target_link_libraries(pospal_license PRIVATE ${POSPAL_SDK_LIBRARIES})
if(NOT POSPAL_MBEDCRYPTO_SONAME)
  target_link_libraries(pospal_license PRIVATE deps::mbedcrypto)
endif()
set_target_properties(pospal_license PROPERTIES
  OUTPUT_NAME pospal-license EXPORT_NAME license LINKER_LANGUAGE C
  VERSION ${PROJECT_VERSION} SOVERSION ${POSPAL_SOVERSION})
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  target_link_options(pospal_license PRIVATE
    -Wl,--as-needed -Wl,--gc-sections -Wl,-Bsymbolic-functions -Wl,--hash-style=gnu -Wl,-z,relro -Wl,-z,now)
  if(NOT POSPAL_SANITIZE) # clang leaves a sanitizer's functions to the program that loads us
    target_link_options(pospal_license PRIVATE -Wl,--no-undefined)
  endif()
endif()

# Hidden visibility means nothing in an archive. So all objects become one, in which hidden names are local: a program
# that has a pl_buf or a token_parse of its own links with us all the same.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND CMAKE_OBJCOPY)
  set(combined "${CMAKE_CURRENT_BINARY_DIR}/pospal-license-combined.o")
  # The targets as well as their files: make knows the rule for a file of another folder only through its target.
  set(object_targets ${POSPAL_SDK_STATIC})
  list(TRANSFORM object_targets PREPEND pl_)
  add_custom_command(OUTPUT "${combined}"
    COMMAND ${CMAKE_LINKER} -r -o "${combined}" ${static_objects}
    COMMAND ${CMAKE_OBJCOPY} --localize-hidden "${combined}"
    DEPENDS ${object_targets} ${static_objects} COMMAND_EXPAND_LISTS VERBATIM
    COMMENT "Combining the objects of the static library")
  set_source_files_properties("${combined}" PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  set(static_objects "${combined}")
endif()

add_library(pospal_license_static STATIC ${static_objects})
add_library(pospal::license_static ALIAS pospal_license_static)
target_link_libraries(pospal_license_static PRIVATE ${POSPAL_SDK_LIBRARIES} deps::mbedcrypto deps::sqlite deps::curl)
set_target_properties(pospal_license_static PROPERTIES
  OUTPUT_NAME $<IF:$<PLATFORM_ID:Windows>,pospal-license-static,pospal-license>
  EXPORT_NAME license_static LINKER_LANGUAGE C)

foreach(library IN ITEMS pospal_license pospal_license_static)
  target_include_directories(${library} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endforeach()
target_compile_definitions(pospal_license INTERFACE POSPAL_SHARED) # dllimport on Windows
