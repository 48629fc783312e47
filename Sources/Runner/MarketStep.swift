package import Core
package import Engine

extension EngineEvent {
    /// What a market of virtual time did for this event; nil when it did nothing.
    ///
    /// - Parameter moment: When the engine took the event.
    package func marketStep(at moment: Timestamp) -> RecordedStep? {
        switch self {
        case .venue(let batch): .pulled(batch)
        case .deadline: .waited(until: moment)
        default: nil
        }
    }
}
