/// A Swift file of the house.
struct SourceFile {
    /// From the root of the repository: `Sources/Core/Time/Timestamp.swift`.
    let path: String
    let text: String
    let lines: [SourceLine]

    init(path: String, text: String) {
        (self.path, self.text) = (path, text)
        lines = SourceLexer.lines(of: text)
    }

    private var parts: [Substring] { path.split(separator: "/") }

    /// The target under Sources, or nil for tests and the manifest.
    var room: String? { parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil }

    /// The folders between the target and the file.
    var folders: [String] { parts.dropFirst(2).dropLast().map(String.init) }

    /// `Timestamp.swift`.
    var baseName: String { parts.last.map(String.init) ?? path }

    /// Whether the file belongs to a target that may not touch the world.
    var isPure: Bool { room.map(House.pureRooms.contains) ?? false }

    /// The modules imported, with the lines that do.
    var imports: [(line: SourceLine, module: String)] {
        lines.compactMap { line in
            let words = line.code.split(separator: " ").map(String.init)
            guard let place = words.firstIndex(of: "import"), words.count > place + 1,
                words[..<place].allSatisfy({ $0.hasPrefix("@") || House.accessLevels.contains($0) })
            else { return nil }
            let name =
                ["struct", "class", "enum", "protocol", "func", "var", "let"].contains(words[place + 1])
                ? words.last ?? "" : words[place + 1]
            return (line, String(name.prefix { $0 != "." }))
        }
    }

    /// Whether `line` or the comment lines right above it say `mark` followed by a reason.
    func excuses(_ line: SourceLine, by mark: String) -> Bool {
        var row = line.number - 1
        repeat {
            if let range = lines[row].comment.firstRange(of: mark) {
                return lines[row].comment[range.upperBound...].contains(where: \.isLetter)
            }
            row -= 1
        } while row >= 0 && lines[row].isOnlyComment
        return false
    }

    func finding(_ line: SourceLine, _ message: String) -> Finding {
        Finding(path: path, line: line.number, message: message)
    }
}

extension SourceLine {
    /// Whether the line holds a comment and nothing else.
    var isOnlyComment: Bool { !comment.isEmpty && code.allSatisfy(\.isWhitespace) }
}

/// A broken rule: where, and what to do instead.
struct Finding: Hashable, CustomStringConvertible {
    let path: String
    let line: Int
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}
