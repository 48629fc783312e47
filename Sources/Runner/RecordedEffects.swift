import Core
import Foundation

/// What recorded effects told the venues. Other effects are passed over, also those of other versions of the program:
/// they moved nothing.
struct RecordedCommands: Decodable {
    private enum Command: Decodable {
        case submit(OrderRequest, BrokerName)
        case cancel(OrderReference, Symbol, BrokerName)
        case amend(ClientOrderID, Symbol, trigger: Price, quantity: Quantity, BrokerName)
    }

    private struct Kind: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private static let kinds: Set<String> = ["submit", "cancel", "amend"]

    let steps: [RecordedStep]

    init(from decoder: any Decoder) throws {
        var (effects, names) = (try decoder.unkeyedContainer(), try decoder.unkeyedContainer())
        var steps: [RecordedStep] = []
        while !names.isAtEnd {
            let kind = try names.nestedContainer(keyedBy: Kind.self).allKeys.first?.stringValue ?? ""
            guard Self.kinds.contains(kind) else {
                _ = try effects.nestedContainer(keyedBy: Kind.self)
                continue
            }
            switch try effects.decode(Command.self) {
            case .submit(let request, _): steps.append(.submitted(request))
            case .cancel(let reference, let symbol, _): steps.append(.cancelled(reference, symbol))
            case .amend(let id, _, let trigger, let quantity, _):
                steps.append(.amended(id, trigger: trigger, quantity: quantity))
            }
        }
        self.steps = steps
    }

    /// Whether there is anything to find in `text`; most rows tell no venue anything.
    static func mayBeIn(_ text: String) -> Bool {
        kinds.contains { text.contains("\"\($0)\"") }
    }
}
