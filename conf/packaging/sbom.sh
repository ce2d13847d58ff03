#!/usr/bin/env bash
# Prints the bill of materials of a built tacit as SPDX 2.3 JSON (https://spdx.github.io/spdx-spec/v2.3/): the Debian packages of the
# libraries that it loads, of Boost's headers, which are compiled in, and of the compiler, with the versions installed here.
#   conf/packaging/sbom.sh PROGRAM VERSION BOOST_INCLUDE_FOLDER COMPILER
set -euo pipefail
program=$1 version=$2 headers=$3 compiler=$4

fail() {
  echo "sbom.sh: $*" >&2
  exit 1
}

# dpkg may know a file without the /usr that merged systems add.
owner() { # FILE
  local file
  file=$(readlink -f "$1")
  dpkg-query --search "$file" 2>/dev/null || dpkg-query --search "${file#/usr}" 2>/dev/null || fail "no package has $file"
}
owners() { while read -r file; do owner "$file"; done | sed '/^diversion by /d; s/: .*//; s/,.*//' | sort -u; }

libraries=$(ldd "$program" | awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// { print $1 }' | owners)
compiled_in=$(echo "$headers/boost/asio.hpp" | owners)
tools=$(echo "$compiler" | owners)

packages= relationships=
relate() { # ELEMENT TYPE ELEMENT
  relationships+=$(printf '%s\n    {"spdxElementId": "%s", "relationshipType": "%s", "relatedSpdxElement": "%s"}' "${relationships:+,}" "$@")
}
relate SPDXRef-DOCUMENT DESCRIBES SPDXRef-tacit
add() { # RELATIONSHIP PACKAGE…
  local how=$1 package name found architecture source id
  shift
  for package in "$@"; do
    read -r name found architecture source < <(dpkg-query --show \
      --showformat='${binary:Package} ${Version} ${Architecture} ${source:Package}@${source:Version}\n' "$package")
    name=${name%%:*}
    id=SPDXRef-deb-${name//[^A-Za-z0-9.-]/-}
    packages+=$(printf ',\n    {"name": "%s", "SPDXID": "%s", "versionInfo": "%s", "downloadLocation": "NOASSERTION", "filesAnalyzed": false,
     "sourceInfo": "Debian source package %s", "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
     "referenceLocator": "pkg:deb/debian/%s@%s?arch=%s&distro=%s"}]}' "$name" "$id" "$found" "$source" \
      "${name//+/%2B}" "$(sed 's/+/%2B/g; s/:/%3A/g' <<<"$found")" "$architecture" "$distribution")
    case $how in
      BUILD_TOOL_OF) relate "$id" "$how" SPDXRef-tacit ;;
      *) relate SPDXRef-tacit "$how" "$id" ;;
    esac
  done
}

distribution=$(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
# shellcheck disable=SC2086  # names of packages have no blanks
{
  add DYNAMIC_LINK $libraries
  add CONTAINS $compiled_in
  add BUILD_TOOL_OF $tools
}
# The same program and packages give the same namespace.
hash=$({ sha256sum <"$program"; echo "$packages"; } | sha256sum)
cat <<END
{
  "spdxVersion": "SPDX-2.3",
  "dataLicense": "CC0-1.0",
  "SPDXID": "SPDXRef-DOCUMENT",
  "name": "tacit-$version",
  "documentNamespace": "urn:uuid:${hash:0:8}-${hash:8:4}-8${hash:13:3}-8${hash:17:3}-${hash:20:12}",
  "creationInfo": {"created": "$(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%FT%TZ)", "creators": ["Tool: tacit-sbom-$version"]},
  "packages": [
    {"name": "tacit", "SPDXID": "SPDXRef-tacit", "versionInfo": "$version", "downloadLocation": "NOASSERTION", "filesAnalyzed": false,
     "licenseDeclared": "Apache-2.0", "primaryPackagePurpose": "APPLICATION"}$packages
  ],
  "relationships": [$relationships
  ]
}
END
