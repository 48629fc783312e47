/// A large value behind one pointer, so that what holds it stays small. Written down as the value itself.
///
/// The compiler copies large values whenever a function that changes nothing is called on them, and what holds them
/// with them. Two pages never share what one of them changes.
struct Paged<Value> {
    private var page: [Value]

    init(_ value: Value) {
        page = [value]
    }

    /// Read and changed in place.
    var value: Value {
        _read { yield page.span[0] }
        _modify { yield &page[0] }
    }
}

extension Paged: Equatable where Value: Equatable {}
extension Paged: Hashable where Value: Hashable {}
extension Paged: Sendable where Value: Sendable {}

extension Paged: Codable where Value: Codable {
    init(from decoder: any Decoder) throws {
        page = [try Value(from: decoder)]
    }

    func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
    }
}
