/// Functions, initialisers and subscripts of at most 60 lines from their keyword to the closing brace.
func functionFindings(_ file: SourceFile) -> [Finding] {
    file.lines.indices.compactMap { row -> Finding? in
        let line = file.lines[row]
        guard let name = declaredFunction(in: line.code), let last = endOfBody(file.lines, from: row) else {
            return nil
        }
        let length = last - row + 1
        guard length > 60 else { return nil }
        return file.finding(line, "`\(name)` has \(length) lines: at most 60, aim at 40; move pure leaves out")
    }
}

/// The name of the function whose declaration starts on a line of code.
private func declaredFunction(in code: String) -> String? {
    let modifiers: Set<Substring> = [
        "public", "package", "internal", "private", "fileprivate", "open", "static", "class", "final", "override",
        "mutating", "nonmutating", "nonisolated", "convenience", "required", "indirect", "async", "@discardableResult",
        "@inlinable", "prefix", "postfix", "infix", "isolated",
    ]
    var words = code.split { $0 == " " || $0 == "\t" }
    while let first = words.first, modifiers.contains(first) || first.hasPrefix("@") { words.removeFirst() }
    guard let first = words.first else { return nil }
    if first == "func" { return words.dropFirst().first.map { String($0.prefix { $0 != "(" && $0 != "<" }) } }
    for keyword in ["init", "deinit", "subscript"] where first.hasPrefix(keyword) {
        if let after = first.dropFirst(keyword.count).first {
            if "(<?!".contains(after) { return keyword }
        } else if keyword == "deinit" {
            return keyword
        }
    }
    return nil
}

/// The row of the brace that closes the body of the function declared at `start`; nil when it has no body.
private func endOfBody(_ lines: [SourceLine], from start: Int) -> Int? {
    var (round, curly, opened) = (0, 0, false)
    for row in start..<lines.count {
        if row > start, !opened, round == 0, declaredFunction(in: lines[row].code) != nil { return nil }
        for character in lines[row].code {
            switch character {
            case "(", "[": round += 1
            case ")", "]": round -= 1
            case "{" where round == 0 || opened: (curly, opened) = (curly + 1, true)
            case "}" where !opened && round == 0: return nil
            case "}" where opened:
                curly -= 1
                if curly == 0 { return row }
            default: break
            }
        }
    }
    return nil
}
