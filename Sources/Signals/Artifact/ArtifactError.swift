/// Why bytes are refused as a signals artifact, or values cannot become one.
public enum ArtifactError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file does not start with `AITSIG1` and a newline.
    case notAnArtifact
    /// The file is too short to hold what its fixed part promises.
    case truncated(bytes: Int)
    /// The format version is not 1.
    case unknownVersion(UInt32)
    /// The length written in the file is not its length.
    case wrongLength(stated: UInt64, actual: Int)
    /// The reserved word is not zero.
    case reservedNotZero
    /// The SHA-256 at the end does not match: at least one byte was changed.
    case wrongDigest
    /// The header is longer than the file.
    case wrongHeaderLength(UInt32)
    /// The header is not the JSON of a version 1 header; the text says where.
    case unreadableHeader(String)
    /// The header has a key that version 1 does not know.
    case unknownHeaderKey(String)
    /// A header value is out of its range.
    case badHeader(String)
    /// A required column is missing.
    case missingColumn(asset: String, column: String)
    /// A column that version 1 does not know.
    case unknownColumn(asset: String, column: String)
    /// A column has another type than version 1 gives it.
    case wrongColumnType(asset: String, column: String, type: String)
    /// A column does not start where the one before it ends, at the next multiple of 64, or does not fit.
    case wrongOffset(asset: String, column: String, offset: Int)
    /// The columns do not end where the digest begins.
    case wrongEnd
    /// A row is refused.
    case badRow(asset: String, row: Int, flaw: RowFlaw)
    /// The file means something but not in the one spelling that version 1 writes.
    case notCanonical(offset: Int)

    /// Why a row is refused.
    public enum RowFlaw: String, Sendable, CaseIterable {
        /// Times do not ascend.
        case timeNotAscending
        /// The time lies outside the trade window of the row's fold.
        case timeOutsideFold
        /// The target is NaN or outside -1...1.
        case target
        /// The confidence is NaN or outside 0...1.
        case confidence
        /// The stop is neither NaN nor a positive price.
        case stop
        /// The take-profit is neither NaN nor a positive price.
        case takeProfit
        /// There is no such fold, or it lies before the fold of the row before.
        case fold
    }

    public var description: String {
        "\(reason); the artifact cannot be used, write it again with 'aitrade signals'"
    }

    private var reason: String {
        switch self {
        case .notAnArtifact: "not a signals artifact (it does not start with AITSIG1)"
        case .truncated(let bytes): "truncated after \(bytes) bytes"
        case .unknownVersion(let version): "format version \(version) is not known, only 1"
        case .wrongLength(let stated, let actual): "the file states \(stated) bytes but has \(actual)"
        case .reservedNotZero: "the reserved word at byte 24 is not zero"
        case .wrongDigest: "the SHA-256 at its end does not match, bytes were changed"
        case .wrongHeaderLength(let length): "a header of \(length) bytes does not fit the file"
        case .unreadableHeader(let problem): "the header cannot be read: \(problem)"
        case .unknownHeaderKey(let key): "the header key '\(key)' is not known in version 1"
        case .badHeader(let problem): "the header is wrong: \(problem)"
        case .missingColumn(let asset, let column): "\(asset) has no column '\(column)'"
        case .unknownColumn(let asset, let column): "the column '\(column)' of \(asset) is not known in version 1"
        case .wrongColumnType(let asset, let column, let type): "the column '\(column)' of \(asset) has type '\(type)'"
        case .wrongOffset(let asset, let column, let offset):
            "the column '\(column)' of \(asset) cannot start at byte \(offset)"
        case .wrongEnd: "the columns do not end where the digest begins"
        case .badRow(let asset, let row, let flaw): "row \(row) of \(asset) is refused (\(flaw.rawValue))"
        case .notCanonical(let offset): "byte \(offset) is not as version 1 writes it"
        }
    }
}
