# Writes OUTPUT, one ES module with the content of MODULES, in that order: a browser then loads one file. In the sources, an import is
# one line that begins with `import `, and an export is a declaration that begins with `export `; both words are dropped, because all
# declarations are now in one scope. test/console/sources.mjs checks that their names are unique and the imports complete.
set(bundle "// Tacit's console. The sources, one file for each subject, are in http/console/.\n")
foreach(module IN LISTS MODULES)
  file(READ ${module} text)
  string(REGEX REPLACE "(^|\n)import [^\n]*" "\\1" text "${text}")
  string(REGEX REPLACE "(^|\n)export " "\\1" text "${text}")
  string(REGEX REPLACE "\n\n+" "\n\n" text "${text}")
  string(APPEND bundle "${text}")
endforeach()
file(WRITE ${OUTPUT} "${bundle}")
