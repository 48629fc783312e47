package import Core
import Simulator

/// A step of a price script.
package struct ScriptStep: Codable, Hashable, Sendable {
    /// Seconds after the script began.
    package let at: Double
    /// The instrument.
    package let symbol: Symbol
    /// The price from then on.
    package let price: Price
    /// Whether it jumps there without a trade in between.
    package let gap: Bool?

    /// A step from its parts.
    package init(at: Double, symbol: Symbol, price: Price, gap: Bool? = nil) {
        (self.at, self.symbol, self.price, self.gap) = (at, symbol, price, gap)
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case at, symbol, price, gap
    }

    /// Reads a step.
    ///
    /// - Throws: ``ScenarioError`` for a key that does not exist or a value that makes no sense.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.knownKeys(CodingKeys.self)
        at = try values.decode(Double.self, forKey: .at)
        symbol = try values.decode(Symbol.self, forKey: .symbol)
        price = try values.decode(Price.self, forKey: .price)
        gap = try values.decodeIfPresent(Bool.self, forKey: .gap)
        guard (0..<1e9).contains(at) else {
            throw ScenarioError.badValue(
                path: "\(decoder.codingPath.scenarioPath).at", problem: "counts seconds from 0")
        }
        guard price > .zero else {
            throw ScenarioError.badValue(path: "\(decoder.codingPath.scenarioPath).price", problem: "is above 0")
        }
    }
}

/// Where the price of an instrument comes from.
enum PriceDriver: Sendable {
    /// Stored bars; the moment in the bars' own time that was reached.
    case bars(reached: Int64)
    /// A random walk, where no bars are left or there never were any.
    case walk(SeededRandom)
    /// A hand: it stays where it was put.
    case held
    /// A script; what is left of it, in time order, and when it began.
    case script([ScriptStep], from: Timestamp)
}

/// A move of a price.
package struct PriceStep: Hashable, Sendable {
    /// The instrument.
    package let symbol: Symbol
    /// Where it goes.
    package let price: Price
    /// How much was traded on the way.
    package let volume: Double
    /// Whether nothing was traded in between.
    package let gap: Bool
}
