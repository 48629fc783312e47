public import Core

/// A limit in money. Amounts of different currencies have nothing to do with each other, so each may have its own.
public struct MoneyLimit: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The limit in one currency.
    public struct Entry: Hashable, Codable, Sendable {
        /// The currency.
        public let currency: Currency
        /// At most this much of it.
        public let amount: Money
    }

    /// The currencies with a limit of their own, by code.
    public let entries: [Entry]
    /// The limit in every other currency; nil for none.
    public let others: Money?

    /// A limit from its parts.
    public init(_ byCurrency: [Currency: Money], others: Money?) {
        entries = byCurrency.map { Entry(currency: $0.key, amount: $0.value) }.sorted { $0.currency < $1.currency }
        self.others = others
    }

    /// The same number in every currency: `2500`; or by currency: `USDT:2500,RUB:250000`; or both: `2500,RUB:250000`.
    ///
    /// Nil when a number is not positive, or a currency or the rest is named twice.
    public init?(_ text: String) {
        var (byCurrency, others): ([Currency: Money], Money?) = ([:], nil)
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard let last = pieces.last, let amount = Money(last), amount > .zero else { return nil }
            switch pieces.count {
            case 1 where others == nil: others = amount
            case 2 where !pieces[0].isEmpty && byCurrency[Currency(pieces[0])] == nil:
                guard pieces[0].utf8.allSatisfy({ ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }) else { return nil }
                byCurrency[Currency(pieces[0])] = amount
            default: return nil
            }
        }
        self.init(byCurrency, others: others)
    }

    /// The limit in `currency`; nil for none.
    public subscript(currency: Currency) -> Money? {
        entries.first { $0.currency == currency }?.amount ?? others
    }

    public var description: String {
        (others.map { ["\($0)"] } ?? []).joined() + (others == nil || entries.isEmpty ? "" : ",")
            + entries.map { "\($0.currency):\($0.amount)" }.joined(separator: ",")
    }
}

/// Assets that move together and so share one limit.
public struct CorrelationGroups: Hashable, Codable, Sendable {
    /// Some assets under one name.
    public struct Group: Hashable, Codable, Sendable {
        /// The name, for people.
        public let name: String
        /// The assets, sorted.
        public let symbols: [Symbol]

        /// A group from its parts.
        public init(name: String, symbols: [Symbol]) {
            (self.name, self.symbols) = (name, symbols.sorted())
        }
    }

    /// The groups, by name.
    public let groups: [Group]
    /// The most that the members of one group may hold together, long and short added up, per currency.
    public let limit: MoneyLimit

    /// Groups that share a limit each.
    public init(_ groups: [Group], limit: MoneyLimit) {
        (self.groups, self.limit) = (groups.sorted { $0.name < $1.name }, limit)
    }

    /// The groups that `symbol` is in.
    func groups(of symbol: Symbol) -> [Group] { groups.filter { $0.symbols.contains(symbol) } }
}
