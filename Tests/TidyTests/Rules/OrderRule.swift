/// Pure targets never depend on the order of a Dictionary or Set, which differs at every start.
///
/// A heuristic: it knows the dictionaries and sets that are declared in the same file, and looks for loops and
/// chains over them that neither sort nor ask something that no order can change. What it cannot see through is
/// excused by `// order-free: reason` on the line or right above it.
func orderFindings(_ file: SourceFile) -> [Finding] {
    guard file.isPure else { return [] }
    let names = Set(file.lines.flatMap { unorderedNames(in: $0.code) })
    return file.lines.indices.compactMap { row -> Finding? in
        let line = file.lines[row]
        guard let name = names.sorted().first(where: { iterates(line.code, over: $0) }) else { return nil }
        let chain = statement(file.lines[row...])
        if isSettled(chain, after: name) || file.excuses(line, by: "order-free:") { return nil }
        return file.finding(
            line,
            "`\(name)` has no order: sort it first (`.sorted { $0.key < $1.key }`), use an array, or say why the "
                + "order cannot matter in `// order-free: reason`")
    }
}

/// Names that the line declares as dictionaries or sets.
private func unorderedNames(in code: String) -> [String] {
    let marks = [": Set<", " = Set(", " = Set<", " = Dictionary(", ": Dictionary<"]
    var found = marks.flatMap { mark in code.ranges(of: mark).compactMap { nameBefore($0.lowerBound, in: code) } }
    for range in code.ranges(of: ": [") + code.ranges(of: " = [") {
        var depth = 1
        for character in code[range.upperBound...] {
            if "[(<{".contains(character) { depth += 1 }
            if "])>}".contains(character) { depth -= 1 }
            if depth == 0 { break }
            if character == ":", depth == 1 {
                if let name = nameBefore(range.lowerBound, in: code) { found.append(name) }
                break
            }
        }
    }
    return found
}

/// The name that ends at `end`.
private func nameBefore(_ end: String.Index, in code: String) -> String? {
    let name = String(code[..<end].reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }.reversed())
    return name.isEmpty ? nil : name
}

/// The code of a chain that starts on the first line: as far as brackets stay open or the next line starts with a dot.
/// Of a loop only the head.
private func statement(_ lines: ArraySlice<SourceLine>) -> String {
    var (text, depth) = ("", 0)
    for line in lines {
        let code = line.code.drop { $0 == " " }
        if !text.isEmpty, depth <= 0, !code.hasPrefix(".") { break }
        if text.isEmpty, code.hasPrefix("for "), code.last == "{" { return String(code) }
        text += code
        depth += code.count { "([{".contains($0) } - code.count { ")]}".contains($0) }
    }
    return text
}

private let walks = [".keys", ".values", ".map", ".compactMap", ".flatMap", ".forEach", ".reduce", ".first", ".prefix"]

private func iterates(_ code: String, over name: String) -> Bool {
    if code.contains("for "), let range = code.firstRange(of: " in ") {
        let subject = code[range.upperBound...].drop { $0 == " " }
        let bare = subject.hasPrefix("self.") ? subject.dropFirst(5) : subject
        let rest = bare.dropFirst(name.count)
        if bare.hasPrefix(name), rest.isEmpty || rest.hasPrefix(" ") || rest.hasPrefix(".enumerated") { return true }
    }
    return walks.contains { walk in
        code.ranges(of: name + walk).contains { range in
            let before = range.lowerBound == code.startIndex ? " " : code[code.index(before: range.lowerBound)]
            let after = range.upperBound == code.endIndex ? " " : code[range.upperBound]
            let isSelf = code[..<range.lowerBound].hasSuffix("self.")
            return (isSelf || !(before.isLetter || before.isNumber || before == "_" || before == "."))
                && !(after.isLetter || after.isNumber || after == "_")
        }
    }
}

/// Whether the chain sorts, or asks what no order can change.
private func isSettled(_ chain: String, after name: String) -> Bool {
    guard let range = chain.firstRange(of: name) else { return false }
    let rest = chain[range.upperBound...]
    let answers = [
        ".sorted", ".allSatisfy", ".contains", ".min", ".max", ".count", ".isEmpty", ".mapValues",
    ]
    return answers.contains { rest.contains($0) } || chain[..<range.lowerBound].hasSuffix("Set(")
        || chain[..<range.lowerBound].hasSuffix("Dictionary(uniqueKeysWithValues: ")
}
