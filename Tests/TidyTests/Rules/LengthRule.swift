/// Files of at most 250 lines.
func lengthFindings(_ file: SourceFile) -> [Finding] {
    let count = file.lines.count - (file.text.hasSuffix("\n") ? 1 : 0)
    guard count > 250, let last = file.lines.last else { return [] }
    return [
        file.finding(
            last, "\(count) lines: one idea per file, at most 250; move a topic into `Type+Topic.swift` or a type out")
    ]
}
