import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { Kernel, Session } from "@jupyterlab/services";
import type { CommandRegistry } from "@lumino/commands";
import type { ISignal } from "@lumino/signaling";
import type { Widget } from "@lumino/widgets";

/*
 * The types of JupyterLab that are used here. The packages that declare them are 300 MB.
 */

/** `IRenderMimeRegistry` of `@jupyterlab/rendermime`. */
export interface Rendermime {
  readonly addFactory: (factory: IRenderMime.IRendererFactory, rank: number) => void;
  readonly createRenderer: (mimeType: string) => IRenderMime.IRenderer;
  readonly getFactory: (mimeType: string) => IRenderMime.IRendererFactory | undefined;
}

/** The used part of a kernel connection. */
export type KernelConnection = Pick<
  Kernel.IKernelConnection,
  "id" | "createComm" | "status" | "supportsSubshells"
>;

/** `ISessionContext` of `@jupyterlab/apputils`. */
export interface SessionContext {
  /** The notebook, relative to the server's root. */
  readonly path: string;
  readonly ready: Promise<void>;
  readonly session: { readonly kernel: KernelConnection | null } | null;
  readonly kernelChanged: Session.ISessionConnection["kernelChanged"];
  readonly statusChanged: Session.ISessionConnection["statusChanged"];
}

/** `NotebookPanel` of `@jupyterlab/notebook`. */
export interface NotebookPanel {
  readonly node: HTMLElement;
  readonly content: {
    readonly rendermime: Rendermime;
    readonly widgets: readonly { readonly node: HTMLElement }[];
    readonly model: {
      readonly sharedModel: {
        readonly cells: readonly { readonly source: string }[];
        readonly insertCell: (at: number, cell: { cell_type: "code"; source: string }) => unknown;
      };
    } | null;
    activeCellIndex: number;
  };
  readonly sessionContext: SessionContext;
  readonly context: { readonly path: string; readonly pathChanged: ISignal<unknown, string> };
  readonly disposed: ISignal<unknown, undefined>;
}

/** `DocumentRegistry.IWidgetExtension` of `@jupyterlab/docregistry`, for notebooks. */
interface NotebookExtension {
  readonly createNew: (panel: NotebookPanel) => void;
}

/** `JupyterFrontEnd.IShell` of `@jupyterlab/application`. */
export interface Shell {
  readonly add: (widget: Widget, area: "left" | "main" | "right", options: { rank: number }) => void;
  readonly activateById: (id: string) => void;
  readonly currentWidget: unknown;
  /** Not every front end has it. */
  readonly currentChanged?: ISignal<unknown, unknown>;
}

/** `Token` of `@lumino/coreutils`: names a service, and is compared by identity. */
export interface Token<Service> {
  readonly name: string;
  /** Only the compiler knows it. */
  readonly service: Service;
}

/** `JupyterFrontEnd` of `@jupyterlab/application`. */
export interface Application {
  readonly docRegistry: {
    readonly addWidgetExtension: (factory: string, extension: NotebookExtension) => unknown;
  };
  readonly shell: Shell;
  readonly commands: CommandRegistry;
  /** Return a service once it is there, null where nothing provides it. */
  readonly resolveOptionalService: <Service>(token: Token<Service>) => Promise<Service | null>;
}

/** `ILauncher` of `@jupyterlab/launcher`. */
export interface Launcher {
  readonly add: (item: { command: string; category: string; rank: number }) => unknown;
}

/** `ICommandPalette` of `@jupyterlab/apputils`. */
export interface Palette {
  readonly addItem: (item: { command: string; category: string }) => unknown;
}

/** `ILayoutRestorer` of `@jupyterlab/application`. */
export interface Restorer {
  readonly add: (widget: Widget, name: string) => void;
}

/** `ISettingRegistry` of `@jupyterlab/settingregistry`. */
export interface SettingRegistry {
  readonly load: (plugin: string) => Promise<{
    readonly composite: Readonly<Record<string, unknown>>;
    readonly changed: ISignal<unknown, unknown>;
  }>;
}

/** `ILSPCodeOverridesManager` of `@jupyter-lsp/jupyterlab-lsp`. */
export interface CodeOverrides {
  readonly register: (override: object, language: string) => void;
  readonly registry: Readonly<Record<string, { readonly cell: object[] } | undefined>>;
}

/** `IStatusBar` of `@jupyterlab/statusbar`. */
export interface StatusBar {
  readonly registerStatusItem: (
    id: string,
    item: {
      item: Widget;
      align: "left" | "middle" | "right";
      rank: number;
      isActive: () => boolean;
      activeStateChanged: ISignal<unknown, undefined>;
    },
  ) => unknown;
}

/** `JupyterFrontEndPlugin` of `@jupyterlab/application`. */
export interface Plugin {
  readonly id: string;
  readonly description: string;
  readonly autoStart: boolean;
  readonly activate: (app: Application) => void | Promise<void>;
}
