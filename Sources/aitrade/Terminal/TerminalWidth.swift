import Glibc

/// How much of a line a terminal shows before it breaks it. What is drawn anew must fit: of a broken line only the last
/// part would be drawn over, and the rest would stay behind at every step.
enum TerminalWidth {
    /// The characters that fit into a line of the terminal behind standard error; 79 where it does not say.
    static var standardError: Int {
        var size = winsize()
        let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1
        return isKnown ? Int(size.ws_col) - 1 : 79
    }
}
