# What is installed, and the Debian package of it: cmake --workflow --preset package.
# Paths are the package's own: units and manual pages name them.
include(GNUInstallDirs)

set(made ${CMAKE_BINARY_DIR}/packaging)
set(sources ${PROJECT_SOURCE_DIR}/conf)

# The manual pages and the completion come from the lists that the help texts come from.
find_program(GZIP gzip REQUIRED)
add_custom_command(OUTPUT ${made}/changelog.Debian.gz DEPENDS ${sources}/packaging/changelog VERBATIM
  COMMAND sh -c "${GZIP} -9 -n -c ${sources}/packaging/changelog > ${made}/changelog.Debian.gz")
add_custom_command(OUTPUT ${made}/manual.stamp DEPENDS tacit-manual VERBATIM
  COMMAND tacit-manual ${made}
  COMMAND sh -c "${GZIP} -9 -n -f ${made}/man1/*.1 ${made}/man5/*.5"
  COMMAND ${CMAKE_COMMAND} -E touch ${made}/manual.stamp)
add_custom_target(manual ALL DEPENDS ${made}/manual.stamp ${made}/changelog.Debian.gz)

file(READ ${sources}/systemd/hardening.conf TACIT_HARDENING)
foreach(unit tacit-api tacit-api@ tacit-tools tacit tacit-backup tacit-audit-feed)
  configure_file(${sources}/systemd/${unit}.service.in ${made}/systemd/${unit}.service @ONLY)
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources}/systemd/hardening.conf ${sources}/tacit.conf)

# The configuration file, with the paths that the units and `tacit init` need.
file(READ ${sources}/tacit.conf configuration)
foreach(setting api-certificate=tls/api.pem api-certificate-key=tls/api.key tool-certificate=tls/tools.pem
    tool-certificate-key=tls/tools.key tool-client-ca=tls/runtimes-ca.pem tool-identities=tool-identities
    root-public-keyring=keys/root-public.keyring root-private-keyring=keys/root-private.keyring
    metadata-keyring=keys/metadata.keyring)
  string(REPLACE "=" ";" parts ${setting})
  list(GET parts 0 name)
  list(GET parts 1 path)
  string(FIND "${configuration}" "\n#${name} =\n" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "conf/tacit.conf has no line #${name} =")
  endif()
  string(REPLACE "\n#${name} =\n" "\n${name} = /etc/tacit/${path}\n" configuration "${configuration}")
endforeach()
file(CONFIGURE OUTPUT ${made}/tacit.conf CONTENT "${configuration}" @ONLY)
install(TARGETS tacit RUNTIME DESTINATION bin)
# These stay byte for byte as in the first package: dpkg asks at an upgrade if the operator and the package changed the same file.
# The manual and the samples document new settings. The files grant no access.
install(FILES ${made}/tacit.conf ${sources}/packaging/tool-identities DESTINATION /etc/tacit)
install(FILES ${sources}/packaging/tacit.conf.d.README DESTINATION /etc/tacit/tacit.conf.d RENAME README)
# For keyrings, and for certificates with their keys. Files there have their own modes.
install(DIRECTORY DESTINATION /etc/tacit/keys)
install(DIRECTORY DESTINATION /etc/tacit/tls)
install(FILES ${made}/systemd/tacit-api.service ${made}/systemd/tacit-tools.service ${made}/systemd/tacit.service
  ${sources}/systemd/tacit-api.socket ${sources}/systemd/tacit-tools.socket
  ${sources}/systemd/tacit-both-api.socket ${sources}/systemd/tacit-both-tools.socket
  ${made}/systemd/tacit-api@.service ${sources}/systemd/tacit-api@.socket
  ${made}/systemd/tacit-backup.service ${sources}/systemd/tacit-backup.timer ${made}/systemd/tacit-audit-feed.service
  DESTINATION lib/systemd/system)
install(FILES ${sources}/systemd/sysusers.conf DESTINATION lib/sysusers.d RENAME tacit.conf)
install(FILES ${sources}/systemd/tmpfiles.conf DESTINATION lib/tmpfiles.d RENAME tacit.conf)
install(DIRECTORY ${made}/man1 ${made}/man5 DESTINATION share/man FILES_MATCHING PATTERN "*.gz")
install(FILES ${made}/tacit.bash DESTINATION share/bash-completion/completions RENAME tacit)
install(FILES ${made}/_tacit DESTINATION share/zsh/vendor-completions)
install(FILES ${made}/tacit.fish DESTINATION share/fish/vendor_completions.d)
# The documents are beside each other there, so links of the README lose the folder.
file(READ ${PROJECT_SOURCE_DIR}/README.md readme)
string(REPLACE "](conf/" "](" readme "${readme}")
file(CONFIGURE OUTPUT ${made}/README.md CONTENT "${readme}" @ONLY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/README.md)
install(FILES ${made}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${sources}/OPERATING.md ${sources}/CLUSTER.md ${sources}/API.md ${sources}/USERS.md ${sources}/RUNTIME.md ${sources}/SECURITY.md
  ${sources}/THREADS.md ${sources}/packaging/copyright ${made}/tacit.conf.sample
  ${sources}/systemd/encrypted-keyrings.conf ${sources}/issuers.sample ${sources}/tool-identities.sample ${sources}/haproxy.cfg.sample
  ${sources}/nginx.conf.sample ${sources}/alert-rules.yml ${sources}/grafana-dashboard.json DESTINATION share/doc/tacit)
install(FILES ${made}/changelog.Debian.gz DESTINATION share/doc/tacit)
install(PROGRAMS ${sources}/systemd/exposure.sh DESTINATION share/doc/tacit)
# For a store that several hosts share: CLUSTER.md names these.
install(PROGRAMS ${sources}/etcd/roles.sh ${sources}/etcd/units.sh DESTINATION share/doc/tacit/etcd)
install(FILES ${sources}/etcd/etcd.conf.sample ${sources}/etcd/etcd-tacit.conf ${sources}/etcd/tacit.conf.sample
  DESTINATION share/doc/tacit/etcd)
install(DIRECTORY ${sources}/decisions DESTINATION share/doc/tacit FILES_MATCHING PATTERN "*.md")
install(DIRECTORY ${sources}/drawings DESTINATION share/doc/tacit FILES_MATCHING PATTERN "*.svg")
# For the authors of tool runtimes: RUNTIME.md names it.
install(DIRECTORY ${sources}/runtime DESTINATION share/doc/tacit PATTERN tests EXCLUDE PATTERN "__pycache__" EXCLUDE PATTERN ".*" EXCLUDE)
# The bill of materials, of what is installed at the time of packaging. It needs dpkg.
find_program(DPKG_QUERY dpkg-query)
if(DPKG_QUERY)
  install(CODE "execute_process(COMMAND ${sources}/packaging/sbom.sh $<TARGET_FILE:tacit> ${PROJECT_VERSION} ${Boost_INCLUDE_DIRS}
    ${CMAKE_CXX_COMPILER} OUTPUT_FILE ${made}/tacit.spdx.json COMMAND_ERROR_IS_FATAL ANY)")
  install(FILES ${made}/tacit.spdx.json DESTINATION share/doc/tacit)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tacit)
set(CPACK_PACKAGE_VENDOR Tacit)
set(TACIT_PACKAGE_CONTACT "Tacit maintainers <maintainers@tacit.example>" CACHE STRING "Maintainer of the Debian package")
set(CPACK_PACKAGE_CONTACT ${TACIT_PACKAGE_CONTACT})
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd (>= 252)")
# etcd only for stores that several hosts share, and not always on these hosts: installing it would start it.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "bash-completion, etcd-server (>= 3.5.14), etcd-client, haproxy, jq")
# Stripped. The symbols, for readable crash reports, are in a separate package.
set(CPACK_DEBIAN_DEBUGINFO_PACKAGE ON)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "write-only secret store for AI agents' tools")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Tacit stores the secrets that AI agents' tools need. Users write them over
HTTPS; that API never returns a stored value. The runtimes that execute the
tools connect to a separate listener, authenticate with a client certificate,
and get the values that the tool may use.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${sources}/packaging/conffiles ${sources}/packaging/postinst
  ${sources}/packaging/prerm ${sources}/packaging/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
