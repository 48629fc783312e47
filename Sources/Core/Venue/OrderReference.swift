/// How an order is named to a venue: by our name for it or by the venue's.
public enum OrderReference: Hashable, Codable, Sendable, CustomStringConvertible {
    /// Our name; the usual way.
    case client(ClientOrderID)
    /// The venue's name, for orders that are none of ours.
    case venue(String)

    public var description: String {
        switch self {
        case .client(let id): id.text
        case .venue(let id): "venue order \(id)"
        }
    }
}
