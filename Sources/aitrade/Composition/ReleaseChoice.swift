import ArgumentParser

/// Who releases what a broken loss limit stopped, in a replay of recorded bars.
enum ReleaseChoice: String, CaseIterable, ExpressibleByArgument {
    /// Nobody: trading stays stopped.
    case never
    /// An operator who looks once a day.
    case daily

    /// The operator's name in the journal.
    static let operatorName = "replay"

    static let help: ArgumentHelp =
        "never, or daily: an operator who looks once a day releases what a broken loss limit stopped."
}
