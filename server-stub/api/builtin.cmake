# SPDX-License-Identifier: Apache-2.0
# The files that are built into the validator: path of the route|kind|as it is or gzip|file.
set(POSPAL_BUILTIN
  "/openapi.json|json|plain|docs/openapi.json"
  "/docs|html|plain|server-stub/api/viewer/page.html"
  "/docs/start.js|js|plain|server-stub/api/viewer/start.js"
  "/docs/swagger-ui-bundle.js|js|gzip|third_party/swagger-ui/swagger-ui-bundle.js"
  "/docs/swagger-ui.css|css|gzip|third_party/swagger-ui/swagger-ui.css")

# pospal_builtin_row(<row>): path, kind, encoding and file as row_path, ...
macro(pospal_builtin_row row)
  string(REPLACE "|" ";" row_words "${row}")
  list(GET row_words 0 row_path)
  list(GET row_words 1 row_kind)
  list(GET row_words 2 row_encoding)
  list(GET row_words 3 row_file)
endmacro()
