/// Packages are pinned, so that a fresh clone builds what we tested.
func pinFindings(_ manifest: SourceFile) -> [Finding] {
    manifest.lines.indices.compactMap { row -> Finding? in
        let line = manifest.lines[row]
        guard line.code.contains(".package(") else { return nil }
        let call = manifest.lines[row..<min(row + 4, manifest.lines.count)].map(\.code).joined(separator: " ")
        let packages = call.ranges(of: ".package(")
        let own = call[..<(packages.count > 1 ? packages[1].lowerBound : call.endIndex)]
        if own.contains("exact:") || own.contains(".package(path:") { return nil }
        return manifest.finding(line, "a package without `exact:`: write `exact: \"1.2.3\"`")
    }
}
