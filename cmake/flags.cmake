# SPDX-License-Identifier: Apache-2.0
# Compiler and linker flags. `pospal_flags` is what every target of ours is compiled with; it is never exported.

add_library(pospal_flags INTERFACE)
target_include_directories(pospal_flags INTERFACE
  "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/lib")
target_compile_definitions(pospal_flags INTERFACE
  POSPAL_VERSION_STRING="${PROJECT_VERSION}" $<$<PLATFORM_ID:Windows>:POSPAL_SHARED_BUILD>)

# tools/ as an include root, for the tools and their tests. A target of its own and linked after pospal_flags, so that lib/ is searched
# first: both have a license/session.h.
add_library(pospal_tools INTERFACE)
target_include_directories(pospal_tools INTERFACE "${PROJECT_SOURCE_DIR}/tools")

if(CMAKE_C_COMPILER_ID MATCHES "GNU|Clang")
  target_compile_options(pospal_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Wstrict-prototypes -Wmissing-prototypes -Wvla
    -ffunction-sections -fdata-sections -fstack-protector-strong
    $<$<BOOL:${POSPAL_WERROR}>:-Werror>
    # Optimising turns the checks of libc on; the first flag silences distributions that define it already.
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
endif()
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  target_link_options(pospal_flags INTERFACE -Wl,--as-needed -Wl,--gc-sections -Wl,-z,relro -Wl,-z,noexecstack)
endif()

# What files that talk to the operating system are compiled with (see objects.cmake); the rest is plain C11.
set(POSPAL_SYSTEM_DEFINITIONS
  $<$<PLATFORM_ID:Linux>:_GNU_SOURCE> $<$<PLATFORM_ID:Darwin>:_DARWIN_C_SOURCE> $<$<PLATFORM_ID:Windows>:_WIN32_WINNT=0x0601>)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# CMake's own -O3 makes the library larger and no faster: its time goes into libsodium, SQLite and the network.
string(REPLACE "-O3" "-O2" CMAKE_C_FLAGS_RELEASE "${CMAKE_C_FLAGS_RELEASE}")

# Sanitizers must be in every object and every link, hence directory-wide.
if(POSPAL_SANITIZE)
  add_compile_options(-fsanitize=${POSPAL_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${POSPAL_SANITIZE})
  if(POSPAL_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(POSPAL_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "POSPAL_FUZZ needs clang: cmake --preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
