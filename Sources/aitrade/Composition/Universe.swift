import Core
import Storage

/// `UNIVERSE_MODE`: which assets are traded, and where those go that have no route.
enum Universe: String, CaseIterable {
    /// Coins: everything goes to the first venue.
    case crypto
    /// Shares: everything goes to the broker of shares.
    case stocks
    /// Pairs against a dollar coin go to the first venue, everything else to the broker of shares.
    case both

    /// Where an asset goes that has no route.
    func broker(of asset: Symbol) -> BrokerName {
        switch self {
        case .crypto: Venues.futures
        case .stocks: Venues.shares
        case .both: ["USDT", "USDC"].contains(where: asset.name.hasSuffix) ? Venues.futures : Venues.shares
        }
    }

    /// Whether a stored asset belongs to it. The catalog tells the kind; what somebody imported that it does not know
    /// is of the kind that its route would be.
    func holds(_ symbol: Symbol, _ catalog: InstrumentCatalog) -> Bool {
        let isShare = (catalog.broker(of: symbol) ?? Universe.both.broker(of: symbol)) == Venues.shares
        return switch self {
        case .both: true
        case .crypto: !isShare
        case .stocks: isShare
        }
    }
}
