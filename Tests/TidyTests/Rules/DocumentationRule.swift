/// Every public declaration, case of a public enum and requirement of a public protocol has a `///` comment.
///
/// Not needed where the name is a promise made elsewhere: operators, the requirements of standard protocols below, and
/// in a venue's folder those of the `Broker` port.
func documentationFindings(_ file: SourceFile) -> [Finding] {
    var (found, scopes): ([Finding], [String]) = ([], [])
    for line in file.lines {
        let words = line.code.split(separator: " ").map(String.init).filter { !$0.hasPrefix("@") }
        if let name = publicName(words, in: scopes.last ?? ""),
            !isPromised(name, in: file), !isDocumented(line, in: file)
        {
            found.append(
                file.finding(line, "public `\(name)` has no `///`: say its meaning, units and errors in one sentence"))
        }
        scopes = scopes.following(line.code, opening: openedScope(words))
    }
    return found
}

private let promised: Set<String> = [
    "description", "debugDescription", "errorDescription", "hash", "value", "id", "rawValue", "subject",
]

private let portMembers: Set<String> = [
    "name", "capabilities", "instruments", "submit", "cancel", "order", "snapshot", "nextEvents",
]

private func isPromised(_ name: String, in file: SourceFile) -> Bool {
    promised.contains(name) || (file.room == "Brokers" && !file.folders.isEmpty && portMembers.contains(name))
}

private let declarations: Set<String> = [
    "func", "var", "let", "struct", "class", "enum", "protocol", "actor", "init", "subscript", "typealias",
    "associatedtype", "case", "macro",
]

/// What kind of scope a line opens, as far as its members count as public without saying so.
private func openedScope(_ words: [String]) -> String {
    guard words.contains("public") else { return "" }
    return words.contains("enum") ? "enum" : words.contains("protocol") ? "protocol" : ""
}

/// The name a line declares for everyone, or nil.
private func publicName(_ words: [String], in scope: String) -> String? {
    let isPublic = words.first == "public" || words.first == "open"
    let isMember = (scope == "enum" && words.first == "case") || (scope == "protocol" && words.first != "}")
    guard isPublic || isMember else { return nil }
    let plain = words.map { String($0.prefix { $0 != "(" && $0 != "<" && $0 != ":" && $0 != "," && $0 != "?" }) }
    guard let place = plain.firstIndex(where: declarations.contains) else { return nil }
    let keyword = plain[place]
    if keyword == "init" || keyword == "subscript" { return keyword }
    // `func <`, `func ==`: the name is an operator and vanishes with the punctuation.
    guard place + 1 < plain.count, let first = plain[place + 1].first, first.isLetter || first == "_" || first == "`"
    else { return nil }
    return plain[place + 1]
}

private func isDocumented(_ line: SourceLine, in file: SourceFile) -> Bool {
    for above in file.lines[..<(line.number - 1)].reversed() {
        let text = above.raw.drop { $0 == " " }
        if text.hasPrefix("///") { return true }
        if !text.hasPrefix("@") && !text.hasPrefix("#if") && !text.hasPrefix("// swift-format") { return false }
    }
    return false
}

extension [String] {
    /// The stack of scopes after a line of code; the first brace that stays open opens `kind`.
    fileprivate func following(_ code: String, opening kind: String) -> [String] {
        var (stack, next) = (self, kind)
        for character in code {
            if character == "{" {
                stack.append(next)
                next = ""
            } else if character == "}" {
                _ = stack.popLast()
            }
        }
        return stack
    }
}
