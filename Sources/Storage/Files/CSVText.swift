/// Writes CSV fields.
package enum CSVText {
    /// `field` in quotes when it holds a comma, a quote or a line end; otherwise as it is.
    package static func quoted(_ field: String) -> String {
        guard field.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
