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

    /// Whether a stored asset belongs to it; the catalog tells the kind.
    func holds(_ symbol: Symbol, _ catalog: InstrumentCatalog) -> Bool {
        switch self {
        case .both: true
        case .crypto: catalog.broker(of: symbol)?.text == "bitget"
        case .stocks: catalog.broker(of: symbol)?.text == "tinkoff"
        }
    }
}
