import Glibc

/// Lists folders.
package enum Folder {
    /// The names in the folder at `path`, sorted, without `.` and `..`.
    ///
    /// - Throws: ``FileError`` when it is missing, not a folder or unreadable.
    package static func names(in path: String) throws(FileError) -> [String] {
        guard let stream = opendir(path) else { throw FileError(action: "list", path: path, code: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let length = MemoryLayout.size(ofValue: entry.pointee.d_name)
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: length) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
