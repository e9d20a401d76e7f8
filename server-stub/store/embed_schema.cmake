# SPDX-License-Identifier: Apache-2.0
# cmake -D OUTPUT=schema.c -D DIRECTORY=schema -P embed_schema.cmake: schema/NNNN-*.sql, in order, as store_migrations.
file(GLOB files LIST_DIRECTORIES false "${DIRECTORY}/*.sql")
list(SORT files)
set(texts "")
set(rows "")
set(number 0)
foreach(file IN LISTS files)
  math(EXPR number "${number} + 1")
  get_filename_component(name "${file}" NAME)
  if(NOT name MATCHES "^0*${number}-[a-z0-9-]+\\.sql$")
    message(FATAL_ERROR "${name}: migrations are numbered without gaps; this one should be number ${number}")
  endif()
  file(READ "${file}" bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND texts "/* ${name} */\nstatic const char sql_${number}[] = {${bytes}0x00};\n")
  string(APPEND rows "    {${number}, sql_${number}},\n")
endforeach()
file(WRITE "${OUTPUT}" "/* Made by embed_schema.cmake from store/schema/. */
#include \"store/schema.h\"

${texts}
const pl_migration store_migrations[] = {
${rows}};
const size_t store_migration_count = ${number};
")
