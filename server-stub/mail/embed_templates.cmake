# SPDX-License-Identifier: Apache-2.0
# cmake -D OUTPUT=shipped.c -D DIRECTORY=templates -P embed_templates.cmake: templates/<language>/<name>.mail as shipped_templates.
file(GLOB files LIST_DIRECTORIES false "${DIRECTORY}/*/*.mail")
list(SORT files)
set(texts "")
set(rows "")
set(number 0)
foreach(file IN LISTS files)
  math(EXPR number "${number} + 1")
  get_filename_component(name "${file}" NAME_WE)
  get_filename_component(folder "${file}" DIRECTORY)
  get_filename_component(language "${folder}" NAME)
  file(READ "${file}" bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND texts "/* ${language}/${name} */\nstatic const unsigned char source_${number}[] = {${bytes}0x00};\n")
  string(APPEND rows "    {\"${language}\", \"${name}\", (const char *)source_${number}},\n")
endforeach()
file(WRITE "${OUTPUT}" "/* Made by embed_templates.cmake from mail/templates/. */
#include \"mail/shipped.h\"

${texts}
const shipped_template_t shipped_templates[] = {
${rows}};
const size_t shipped_template_count = ${number};
")
