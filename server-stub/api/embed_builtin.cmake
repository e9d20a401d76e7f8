# SPDX-License-Identifier: Apache-2.0
# cmake -D OUTPUT=x.c -D ROOT=<the project's> -P embed_builtin.cmake: the bytes of the files of builtin.cmake, as api/builtin.h declares them.
include("${CMAKE_CURRENT_LIST_DIR}/builtin.cmake")
set(type_json "application/json")
set(type_html "text/html; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_css "text/css; charset=utf-8")

# The hex digits of the file; compressed without the time of day, so that the same files make the same program.
function(read_gzip file out)
  file(ARCHIVE_CREATE OUTPUT "${OUTPUT}.gz" PATHS "${file}" FORMAT raw COMPRESSION GZip COMPRESSION_LEVEL 9)
  file(READ "${OUTPUT}.gz" bytes HEX)
  file(REMOVE "${OUTPUT}.gz")
  string(REGEX REPLACE "^(1f8b0800)........" "\\100000000" bytes "${bytes}")
  set(${out} "${bytes}" PARENT_SCOPE)
endfunction()

set(arrays "")
set(rows "")
foreach(row IN LISTS POSPAL_BUILTIN)
  pospal_builtin_row("${row}")
  string(MAKE_C_IDENTIFIER "bytes${row_path}" name)
  if(row_encoding STREQUAL "gzip")
    read_gzip("${ROOT}/${row_file}" bytes)
    set(encoding "\"gzip\"")
  else()
    file(READ "${ROOT}/${row_file}" bytes HEX)
    set(encoding "NULL")
  endif()
  string(SHA256 etag "${bytes}")
  string(SUBSTRING "${etag}" 0 32 etag)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "static const unsigned char ${name}[] = {${bytes}};\n")
  string(APPEND rows "    {\"${row_path}\", \"${type_${row_kind}}\", ${encoding}, \"\\\"${etag}\\\"\", ${name}, sizeof ${name}},\n")
endforeach()

file(WRITE "${OUTPUT}" "/* Made by embed_builtin.cmake. */
#include \"api/builtin.h\"

${arrays}
const builtin_t builtins[] = {
${rows}};
const size_t builtins_count = sizeof builtins / sizeof *builtins;
")
