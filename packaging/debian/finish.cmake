# SPDX-License-Identifier: Apache-2.0
# CPack runs it over what is staged, before packages are made of it: manual pages are compressed, and each package gets what
# Debian asks of its documentation.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()

# gzip without a name and a time in it, so that the same tree makes the same package.
function(compress file)
  execute_process(COMMAND gzip -9nf "${file}" RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "gzip cannot compress ${file}")
  endif()
endfunction()

foreach(group IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER "${group}" upper)
  set(package "${CPACK_DEBIAN_${upper}_PACKAGE_NAME}")
  set(root "${CPACK_TEMPORARY_DIRECTORY}/${group}")
  if(NOT package OR NOT EXISTS "${root}")
    continue()
  endif()
  file(GLOB pages "${root}/usr/share/man/man*/*.[1-9]")
  foreach(page IN LISTS pages)
    compress("${page}")
  endforeach()
  set(documents "${root}/usr/share/doc/${package}")
  file(MAKE_DIRECTORY "${documents}")
  file(COPY "${CPACK_POSPAL_DEBIAN_SOURCE}/copyright" DESTINATION "${documents}"
    FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  file(COPY_FILE "${CPACK_POSPAL_DEBIAN_BUILD}/changelog" "${documents}/changelog.Debian")
  compress("${documents}/changelog.Debian")
  if(EXISTS "${documents}/changelog")
    compress("${documents}/changelog")
  endif()
endforeach()
