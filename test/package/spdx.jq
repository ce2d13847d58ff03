# What SPDX 2.3 requires of a document (its JSON schema, clauses 6, 7 and 11), and what ours has to have besides: prints a line for each
# fault. Call: jq --raw-output --from-file spdx.jq FILE
def fault(condition; $text): if condition then empty else $text end;
def id: type == "string" and test("^SPDXRef-[A-Za-z0-9.-]+$");
def text: type == "string" and length > 0;

([.SPDXID] + [.packages[].SPDXID]) as $ids
| ([.packages[].SPDXID]) as $packages
| fault(.spdxVersion == "SPDX-2.3"; "spdxVersion"),
  fault(.dataLicense == "CC0-1.0"; "dataLicense"),
  fault(.SPDXID == "SPDXRef-DOCUMENT"; "SPDXID"),
  fault(.name | text; "name"),
  fault(.documentNamespace | text and test("^[a-z]+:[^#]+$"); "documentNamespace is an absolute URI without #"),
  fault(.creationInfo.created | text and test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"); "created"),
  fault(.creationInfo.creators | length > 0 and all(text and test("^(Tool|Person|Organization): ")); "creators"),
  fault($ids | length == (unique | length); "an SPDXID occurs twice"),
  (.packages[] | . as $package
    | fault(.SPDXID | id; "SPDXID \(.SPDXID)"),
      fault(.name | text; "name of \(.SPDXID)"),
      fault(.versionInfo | text; "versionInfo of \(.name)"),
      fault(.downloadLocation | text; "downloadLocation of \(.name)"),
      fault(.filesAnalyzed == false; "filesAnalyzed of \(.name), whose files are not listed"),
      (.externalRefs // [] | .[]
        | fault(.referenceCategory == "PACKAGE-MANAGER" and .referenceType == "purl"; "reference of \($package.name)"),
          fault(.referenceLocator | text and test("^pkg:deb/debian/[a-z0-9.%B-]+@[^?]+\\?arch=[a-z0-9]+&distro=[a-z]+$"); "purl of \($package.name)"))),
  (.relationships[]
    | fault(.relationshipType | IN("DESCRIBES", "DYNAMIC_LINK", "CONTAINS", "BUILD_TOOL_OF"); "relationship \(.relationshipType)"),
      fault([.spdxElementId, .relatedSpdxElement] - $ids == []; "a relationship of \(.spdxElementId) names what is not there")),
  fault([.relationships[] | select(.relationshipType == "DESCRIBES") | .relatedSpdxElement] == ["SPDXRef-tacit"]; "describes tacit"),
  fault($packages - [.relationships[] | .spdxElementId, .relatedSpdxElement] == []; "a package without a relationship")
