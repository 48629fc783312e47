/// No forced unwrapping, and no promise to the compiler without a comment that says why it holds.
func unsafeFindings(_ file: SourceFile) -> [Finding] {
    file.lines.flatMap { line -> [Finding] in
        var found: [Finding] = []
        if line.code.contains("try!") {
            found.append(file.finding(line, "`try!` traps on an expected failure: use `try`, or `do` and `catch`"))
        } else if forces(line.code) {
            found.append(
                file.finding(line, "`!` traps on nil: use `guard let`, `??`, or `try #require` in a test"))
        }
        for promise in ["@unchecked Sendable", "nonisolated(unsafe)", "unsafeBitCast", "unowned(unsafe)"]
        where line.code.contains(promise) && !isExplained(line, in: file) {
            found.append(
                file.finding(
                    line, "`\(promise)` without a comment: name the lock or the reason it is safe, or use `Mutex`"))
        }
        return found
    }
}

/// Whether a `!` follows a value or a type.
private func forces(_ code: String) -> Bool {
    let characters = Array(code)
    return characters.indices.dropFirst().contains { place in
        guard characters[place] == "!" else { return false }
        let before = characters[place - 1]
        let after = place + 1 < characters.count ? characters[place + 1] : " "
        return (before.isLetter || before.isNumber || "_)]}>\"?".contains(before)) && after != "="
    }
}

private func isExplained(_ line: SourceLine, in file: SourceFile) -> Bool {
    if line.comment.contains(where: \.isLetter) { return true }
    return line.number > 1 && file.lines[line.number - 2].isOnlyComment
}
