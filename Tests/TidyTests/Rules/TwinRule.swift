/// Two files of one base name in one target do not build.
func twinFindings(_ files: [SourceFile]) -> [Finding] {
    var seen: [String: String] = [:]
    return files.compactMap { file in
        let target = file.path.split(separator: "/").prefix(2).joined(separator: "/")
        guard let twin = seen.updateValue(file.path, forKey: "\(target)/\(file.baseName)") else { return nil }
        return Finding(
            path: file.path, line: 1, message: "\(twin) has the same name: put the topic or the venue in front of it")
    }
}
