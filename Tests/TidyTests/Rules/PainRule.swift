/// Every numbered pain of a page has tests, and each test that the page names exists.
///
/// A row is `| 14 what hurts | `Suite.test`, `Suite.test` |`.
func painFindings(_ page: SourceFile, tests: [SourceFile], count: Int) -> [Finding] {
    var (findings, numbers): ([Finding], [Int]) = ([], [])
    for (index, line) in page.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let cells = line.split(separator: "|").map { $0.trimmed }
        guard cells.count == 2, let number = cells[0].split(separator: " ").first.flatMap({ Int($0) }) else { continue }
        numbers.append(number)
        let names = cells[1].split(separator: "`").filter { $0.contains(".") }
        if names.isEmpty {
            findings.append(
                Finding(
                    path: page.path, line: index + 1, message: "pain \(number) has no test: write one and name it here")
            )
        }
        for name in names where !isTest(String(name), in: tests) {
            findings.append(
                Finding(path: page.path, line: index + 1, message: "there is no test \(name): name one that exists"))
        }
    }
    let missing = (1...count).filter { !numbers.contains($0) }
    if !missing.isEmpty || numbers.count != count {
        findings.append(
            Finding(
                path: page.path, line: 1,
                message: "the table has to hold each of 1 to \(count) once; missing: \(missing)"))
    }
    return findings
}

private func isTest(_ name: String, in tests: [SourceFile]) -> Bool {
    let parts = name.split(separator: ".")
    guard parts.count == 2 else { return false }
    return tests.contains { file in
        (file.text.contains("struct \(parts[0]) ") || file.text.contains("extension \(parts[0]) "))
            && file.text.contains("func \(parts[1])(")
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
