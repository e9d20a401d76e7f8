# SPDX-License-Identifier: Apache-2.0
# Shared code is compiled once, into object libraries, and linked by whoever needs it.

# pospal_system_sources(<out> <source>...): drops files that are for another system and marks those for this one.
# A file says by its name where it belongs: _posix, _linux, _macos, _windows. List all of them; this chooses.
function(pospal_system_sources out)
  set(mine "")
  if(WIN32)
    set(foreign "_(posix|linux|macos)\\.c$")
  elseif(APPLE)
    set(foreign "_(linux|windows)\\.c$")
  else()
    set(foreign "_(macos|windows)\\.c$")
  endif()
  foreach(source IN LISTS ARGN)
    if(source MATCHES "${foreign}")
      continue()
    endif()
    if(source MATCHES "_(posix|linux|macos|windows)\\.c$")
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_DEFINITIONS ${POSPAL_SYSTEM_DEFINITIONS})
    endif()
    list(APPEND mine ${source})
  endforeach()
  set(${out} "${mine}" PARENT_SCOPE)
endfunction()

# pospal_object_library(<name> [SYSTEM] SOURCES a.c ... [LIBRARIES deps::x ...] [HEADERS_OF deps::y ...] [INCLUDES dir ...])
# makes the object library pl_<name>. In server-stub/ that folder is an include root and SYSTEM goes without saying.
#   SYSTEM      all its files use the operating system's interfaces (POSIX and GNU), not plain C11 alone
#   LIBRARIES   whoever links these objects links those libraries too
#   HEADERS_OF  only the headers are used: the library is loaded at run time
#   INCLUDES    further folders for includes: generated files
function(pospal_object_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SYSTEM" "" "SOURCES;LIBRARIES;HEADERS_OF;INCLUDES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pospal_object_library(${name}): what is ${arg_UNPARSED_ARGUMENTS}?")
  endif()
  pospal_system_sources(sources ${arg_SOURCES})
  add_library(pl_${name} OBJECT ${sources})
  target_link_libraries(pl_${name} PRIVATE pospal_flags PUBLIC ${arg_LIBRARIES})
  target_include_directories(pl_${name} PRIVATE ${arg_INCLUDES})
  if(CMAKE_CURRENT_SOURCE_DIR MATCHES "^${PROJECT_SOURCE_DIR}/server-stub")
    target_include_directories(pl_${name} PRIVATE "${PROJECT_SOURCE_DIR}/server-stub")
    set(arg_SYSTEM ON)
  endif()
  if(arg_SYSTEM)
    target_compile_definitions(pl_${name} PRIVATE ${POSPAL_SYSTEM_DEFINITIONS})
  endif()
  foreach(library IN LISTS arg_HEADERS_OF)
    target_include_directories(pl_${name} SYSTEM PRIVATE $<TARGET_PROPERTY:${library},INTERFACE_INCLUDE_DIRECTORIES>)
  endforeach()
endfunction()

# pospal_link_objects(<target> <name>...): links the objects pl_<name> and all that they need.
function(pospal_link_objects target)
  list(TRANSFORM ARGN PREPEND pl_ OUTPUT_VARIABLE objects)
  foreach(object IN LISTS objects)
    if(NOT TARGET ${object}) # or the linker would look for a library of that name
      message(FATAL_ERROR "${target}: there are no objects called ${object}")
    endif()
  endforeach()
  target_link_libraries(${target} PRIVATE pospal_flags ${objects})
endfunction()
