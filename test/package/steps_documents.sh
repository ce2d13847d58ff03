# The documents in the package. Sourced by run.sh.
# shellcheck shell=bash disable=SC2154

# Links between installed documents; those to the sources lead nowhere there.
links_resolve() { # FOLDER
  local document target
  while read -r document; do
    while read -r target; do
      [ -e "$(dirname "$document")/$target" ] || { echo "$document: $target"; return 1; }
    done < <(grep -oP '\]\((?!https:|\.\./[a-z]+/|CONTRIBUTING|LICENSE)\K[^)#:]+' "$document")
  done < <(find "$1" -name '*.md' ! -name CHANGELOG.md)
}

# Names of packages that the program depends on and the bill of materials does not list.
not_listed() { # BILL
  comm -23 <(dpkg-deb --field "$package" Depends | tr ',' '\n' | sed -E 's/^ *([^ (|]+).*/\1/; s/t64$//' | grep -v '^systemd$' | sort -u) \
    <(jq --raw-output '[.relationships[] | select(.relationshipType == "DYNAMIC_LINK") | .relatedSpdxElement] as $linked
      | .packages[] | select(.SPDXID | IN($linked[])) | .name' "$1" | sed 's/t64$//' | sort -u)
}

read_the_documents() {
  step "The documents and the bill of materials in the package"
  local folder=$work/documents/usr/share/doc/tacit
  mkdir "$work/documents"
  dpkg-deb --fsys-tarfile "$package" | tar --extract --directory "$work/documents" ./usr/share/doc/tacit
  check "documents" ls "$folder"/{README,OPERATING,CLUSTER,API,RUNTIME,USERS,SECURITY,THREADS,CHANGELOG}.md "$folder"/decisions/README.md "$folder"/drawings/{post,keys}.svg
  check "their links to each other" links_resolve "$folder"
  is "faults of the bill of materials, SPDX 2.3" "" jq --raw-output --from-file "$here/spdx.jq" "$folder/tacit.spdx.json"
  is "its version of tacit" "$(dpkg-deb --field "$package" Version | sed 's/-[0-9]*$//')" \
    jq --raw-output '.packages[] | select(.SPDXID == "SPDXRef-tacit") | .versionInfo' "$folder/tacit.spdx.json"
  is "packages that the program needs and it does not list" "" not_listed "$folder/tacit.spdx.json"
}
